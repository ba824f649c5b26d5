"""Small things that the ledger's templates need."""

from django import template

from denggao.web.ledger import values

register = template.Library()
register.filter("fact_name", values.fact_name)
register.filter("key_name", values.key_name)
