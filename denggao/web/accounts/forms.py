"""Forms of units, people and passwords."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.auth import password_validation

from denggao.web.accounts.models import Region, Unit, User, written_name
from denggao.web.accounts.roles import ROLES
from denggao.web.accounts.tokens import LONGEST_DAYS
from denggao.web.kit.forms import DayInput

WHY = "理由"


def _secret(purpose: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": purpose})


class LoginForm(forms.Form):
    """用户名和密码。"""

    username = forms.CharField(
        label="用户名",
        max_length=40,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "username"}),
    )
    password = forms.CharField(label="密码", widget=_secret("current-password"), strip=False)


class PasswordForm(forms.Form):
    """The present password, and a new one twice."""

    old = forms.CharField(label="现在的密码", widget=_secret("current-password"), strip=False)
    new = forms.CharField(label="新密码", widget=_secret("new-password"), strip=False)
    again = forms.CharField(label="再输一次新密码", widget=_secret("new-password"), strip=False)

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user
        self.fields["new"].help_text = "".join(password_validation.password_validators_help_texts())

    def clean_old(self) -> str:
        """The present password must be right."""
        if not self.user.check_password(self.cleaned_data["old"]):
            raise forms.ValidationError("现在的密码不对")
        return self.cleaned_data["old"]

    def clean(self) -> dict[str, Any]:
        """Twice the same, and by the rules."""
        new, again = self.cleaned_data.get("new"), self.cleaned_data.get("again")
        if new and new != again:
            self.add_error("again", "两次输入的新密码不一样")
        elif new:
            try:
                password_validation.validate_password(new, self.user)
            except forms.ValidationError as error:
                self.add_error("new", error)
        return self.cleaned_data


class UnitForm(forms.ModelForm):
    """A unit; the region by its code, which a list of suggestions explains."""

    region = forms.CharField(label="辖区", help_text="六位区划代码或功能区代码，如 620102")

    class Meta:
        model = Unit
        fields: ClassVar = ["name", "kind", "parent", "region"]

    def clean_region(self) -> Region:
        """A code, or the only region of this name."""
        text = self.cleaned_data["region"].split()[0]
        found = list(Region.objects.filter(code=text)[:1]) or list(
            Region.objects.filter(name=text)[:3]
        )
        if len(found) != 1:
            many = "有多个地方叫这个名字，请填代码：" if found else "没有这个辖区，请填六位代码"
            said = "、".join(f"{region.code} {region.name}" for region in found)
            raise forms.ValidationError(many + said)
        return found[0]


class UserForm(forms.ModelForm):
    """An account, without roles and password: those are others' business."""

    why = forms.CharField(label=WHY, max_length=200, required=False)

    class Meta:
        model = User
        fields: ClassVar = ["username", "name", "unit", "is_active", "valid_until"]
        widgets: ClassVar = {"valid_until": DayInput()}

    def clean_username(self) -> str:
        """One person, one spelling."""
        name = written_name(self.cleaned_data["username"])
        if User.objects.filter(username=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("这个用户名已经有人用了")
        return name


class RolesForm(forms.Form):
    """Which roles a person holds."""

    roles = forms.MultipleChoiceField(
        label="角色",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(code, f"{role.name}：{role.sentence}") for code, role in ROLES.items()],
    )
    why = forms.CharField(label=WHY, max_length=200)


class WhyForm(forms.Form):
    """A reason alone."""

    why = forms.CharField(label=WHY, max_length=200)


class CodeForm(forms.Form):
    """A code of the telephone, or a recovery code."""

    code = forms.CharField(
        label="动态码",
        max_length=40,
        help_text="手机上的六位数字；手机不在身边时用一个恢复码",
        widget=forms.TextInput(
            attrs={"autofocus": True, "autocomplete": "one-time-code", "inputmode": "text"}
        ),
    )


class TokenForm(forms.Form):
    """What a token is for, and how long it lasts."""

    name = forms.CharField(label="用途", max_length=60, help_text="如：每晚导入企业年报")
    days = forms.IntegerField(label="有效天数", min_value=1, max_value=LONGEST_DAYS, initial=90)
