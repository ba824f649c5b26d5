"""台账: the five ledgers as Excel, and three of them brought in."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.kit.days import day_of
from denggao.web.ledger import exports
from denggao.web.ledger.actions import note_export
from denggao.web.visits.actions import bringing
from denggao.web.visits.books import BOOKS
from denggao.web.visits.forms import BringForm


@requires("casework.view")
def books(request: HttpRequest) -> HttpResponse:
    """台账导出和导入"""
    context = {"tab": "books", "books": BOOKS, "form": BringForm(), "today": timezone.localdate()}
    return render(request, "visits/books.html", context)


@requires("ledger.export")
def export(request: HttpRequest, number: int) -> HttpResponse:
    """One of the ledgers as of a day, all rows"""
    book = BOOKS.get(number)
    if book is None:
        raise Http404
    day = day_of(request.GET.get("day", "")) or timezone.localdate()
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "book.xlsx"
        count = exports.write_list(target, book.name, book.heads, book.rows(request.user, day))
        answer = exports.download(target, f"{book.name}{day:%Y%m%d}.xlsx")
    note_export(by=request.user, what=book.name, count=count)
    return answer


@requires("casework.edit")
def bring(request: HttpRequest) -> HttpResponse:
    """导入: written whole, or the problems by cell"""
    form = BringForm(request.POST or None, request.FILES or None)
    context = {"tab": "books", "books": BOOKS, "form": form, "today": timezone.localdate()}
    if request.method != "POST":
        return redirect("visits:visit-books")
    if form.is_valid():
        told = form.cleaned_data
        name = Path(told["file"].name).name
        try:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / name[-100:]
                with path.open("wb") as file:
                    for chunk in told["file"].chunks():
                        file.write(chunk)
                done = bringing.bring(
                    by=request.user, kind=told["kind"], path=path, since=told["since"], name=name
                )
        except UserError as error:
            form.add_error("file", str(error))
        else:
            if not done.problems:
                same = f"，{done.same} 行本来就有" if done.same else ""
                messages.success(request, f"{told['kind']}：写入 {done.new} 行{same}")
                for note in done.notes[:20]:
                    messages.info(request, note)
                return redirect("visits:visit-books")
            context["done"] = done
    return render(request, "visits/books.html", context)
