"""Addresses of the department."""

from django.urls import path

from denggao.web.money.views import money, runs, vouchers

app_name = "money"
urlpatterns = [
    path("money/runs/", runs.runs, name="runs"),
    path("money/runs/new/", runs.new, name="run-new"),
    path("money/runs/<int:pk>/", runs.run, name="run"),
    path("money/runs/<int:pk>/progress/", runs.progress, name="run-progress"),
    path("money/runs/<int:pk>/again/", runs.compute_again, name="run-again"),
    path("money/runs/<int:pk>/review/", runs.review, name="run-review"),
    path("money/runs/<int:pk>/publish/", runs.publish, name="run-publish"),
    path("money/runs/<int:pk>/approve/", runs.approve, name="run-approve"),
    path("money/runs/<int:pk>/pay/", runs.pay, name="run-pay"),
    path("money/runs/<int:pk>/drop/", runs.drop, name="run-drop"),
    path("money/runs/<int:pk>/objections/", runs.objection, name="run-objection"),
    path("money/runs/<int:pk>/publication.<str:ending>", runs.publication, name="run-publication"),
    path("money/runs/<int:pk>/<str:kind>.xlsx", runs.export, name="run-export"),
    path("money/runs/<int:pk>/texts/<slug:digest>/", runs.scheme_text, name="run-text"),
    path("money/runs/<int:pk>/trial/", money.trial_new, name="run-trial-new"),
    path("money/objections/<int:pk>/", runs.decide, name="run-objection-decide"),
    path("money/rows/<int:pk>/", runs.row, name="run-row"),
    path("money/rows/<int:pk>/leave-out/", runs.leave_out, name="run-row-leave-out"),
    path("money/trials/<int:pk>/", money.trial, name="run-trial"),
    path("money/payments/", money.payments, name="run-payments"),
    path("money/payments/export/", money.payments_export, name="run-payments-export"),
    path("money/payments/<int:pk>/reverse/", money.reverse_payment, name="run-payment-reverse"),
    path("money/budgets/", money.budgets, name="run-budgets"),
    path("money/budgets/save/", money.save_budget, name="run-budget-save"),
    path("money/entitled/", money.entitled, name="run-entitled"),
    path("money/vouchers/", vouchers.vouchers, name="run-vouchers"),
    path("money/vouchers/new/", vouchers.voucher_new, name="run-voucher-new"),
    path("money/vouchers/<int:pk>/", vouchers.voucher, name="run-voucher"),
    # the same address as any other step, and another permission
    path("money/vouchers/<int:pk>/approve/", vouchers.voucher_approve, name="run-voucher-approve"),
    path("money/vouchers/<int:pk>/<str:code>/", vouchers.voucher_step, name="run-voucher-step"),
    path("money/reliefs/", vouchers.relief_list, name="run-reliefs"),
    path("money/reliefs/new/", vouchers.relief_new, name="run-relief-new"),
    path("money/reliefs/file/", vouchers.relief_file, name="run-relief-file"),
    path("money/reliefs/<int:pk>/withdraw/", vouchers.relief_withdraw, name="run-relief-withdraw"),
    path("enterprises/<int:pk>/money/", money.firm, name="firm"),
]
