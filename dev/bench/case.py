"""The two sides that are compared, and what a case is."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Side:
    """Our groups, or Odoo's tags: the same tree with the same members."""

    name: str
    model: str
    field: str
    table: str
    relation: str
    column: str

    def below(self, group_id):
        return [(self.field, "child_of", group_id)]


OURS = Side(
    name="ours",
    model="customer.group",
    field="customer_group_ids",
    table="customer_group",
    relation="customer_group_res_partner_rel",
    column="group_id",
)
TAGS = Side(
    name="tags",
    model="res.partner.category",
    field="category_id",
    table="res_partner_category",
    relation="res_partner_res_partner_category_rel",
    column="category_id",
)


@dataclass
class Case:
    """An operation.

    ``stock`` is what both do, called with a side; ``ours`` and ``tags`` replace it for
    one of them. Without a function the column stays empty. ``undo`` is for operations
    that write, after what ``prepare`` does; ``once`` names columns that take minutes.
    """

    title: str
    stock: Callable | None = None
    ours: Callable | None = None
    tags: Callable | None = None
    sql: Callable | None = None
    undo: bool = False
    prepare: Callable | None = None
    once: tuple = ()

    def functions(self):
        """Return pairs (column, function without arguments)."""
        sides = {"ours": (self.ours, OURS), "tags": (self.tags, TAGS)}
        for column, (own, side) in sides.items():
            if own or self.stock:
                yield column, (own or (lambda side=side: self.stock(side)))
        if self.sql:
            yield "sql", self.sql
