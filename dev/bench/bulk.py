"""What is measured of changes of many contacts at once, through the dialog."""

from functools import partial

from odoo import Command

from .case import OURS, TAGS, Case
from .seed import FIRST_ID


class BulkCases:
    """A part of ``Cases``."""

    ADD = """
        WITH pair AS (SELECT unnest(%s) AS partner_id, %s AS group_id),
        member AS (INSERT INTO customer_group_res_partner_rel (partner_id, group_id)
                   SELECT * FROM pair ON CONFLICT DO NOTHING)
        INSERT INTO customer_group_membership
               (partner_id, group_id, date_start, start_operation_id)
        SELECT *, now(), (SELECT max(id) FROM customer_group_operation) FROM pair
        ON CONFLICT DO NOTHING
        RETURNING 1"""
    REMOVE = """
        WITH pair AS (SELECT unnest(%s) AS partner_id, %s AS group_id),
        member AS (DELETE FROM customer_group_res_partner_rel r USING pair p
                    WHERE r.partner_id = p.partner_id AND r.group_id = p.group_id)
        UPDATE customer_group_membership m
           SET date_end = now(),
               end_operation_id = (SELECT max(id) FROM customer_group_operation)
          FROM pair p WHERE m.partner_id = p.partner_id AND m.group_id = p.group_id
                        AND date_end IS NULL
        RETURNING 1"""

    def bulk(self):
        """Add and remove, through the dialog; the contacts come as a domain."""
        [[largest]] = self.query(
            """SELECT group_id FROM customer_group_res_partner_rel
             GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"""
        )
        tiny = self.group["tiny"]
        for count in (1_000, 10_000, 100_000):
            count = int(count * self.scale)
            for mode, group, sql, chosen in (
                ("add", tiny, self.ADD, []),
                ("remove", largest, self.REMOVE, [(OURS.field, "in", largest)]),
            ):
                # The last ones have few contacts below them, which tags are slow with.
                ids = self.partners.search(chosen, order="id desc", limit=count).ids
                command = Command.link if mode == "add" else Command.unlink
                yield Case(
                    f"bulk {mode} of {count:,} contacts",
                    ours=partial(self._apply, mode, ids, group, chosen),
                    tags=partial(
                        self.partners.browse(ids).write, {TAGS.field: [command(group)]}
                    ),
                    sql=partial(self.query, sql, ids, group),
                    undo=True,
                    once=("tags",),
                )
                if mode == "add":
                    to_add = ids
        yield from self.bulk_around(to_add, tiny, largest)

    def bulk_around(self, ids, tiny, largest):
        """What comes before and after: preview and undo; and a few to a large group."""
        for title, domain in {
            f"{len(ids):,}": [("id", ">=", ids[-1])],
            "all": [],
        }.items():
            dialog = self.dialog("add", domain, tiny)
            yield Case(
                f"bulk preview of {title} contacts",
                ours=lambda dialog=dialog: dialog.change_count,
            )
        operations = []
        yield Case(
            f"bulk undo of {len(ids):,} contacts",
            ours=lambda: operations[-1].action_undo(),
            prepare=lambda: operations.append(self._apply("add", ids, tiny)),
            undo=True,
        )
        few = self.partners.search(
            [("id", ">", FIRST_ID), ("customer_group_ids", "not in", largest)], limit=10
        )
        for title, group_id in {"largest": largest, "tiny": tiny}.items():
            yield Case(
                f"bulk add of 10 contacts to the {title} group",
                ours=lambda id_=group_id: self._apply("add", few.ids, id_),
                tags=lambda id_=group_id: few.write({TAGS.field: [Command.link(id_)]}),
                sql=lambda id_=group_id: self.query(self.ADD, few.ids, id_),
                undo=True,
            )
        yield Case(
            "save of 10 contacts with one more group",
            lambda side: few.write({side.field: [Command.link(largest)]}),
            undo=True,
        )
        yield Case(
            "save of the form of a contact with one more group",
            lambda side: few[:1].web_save(
                {side.field: [Command.link(largest)]}, self.specification(side)
            ),
            undo=True,
        )

    def dialog(self, mode, domain, group_id):
        return self.env["customer.group.assign"].create(
            {
                "mode": mode,
                "partner_domain": repr(domain),
                "group_ids": [Command.set([group_id])],
            }
        )

    def _apply(self, mode, ids, group_id, chosen=()):
        """Change the groups of contacts with the dialog.

        :param list chosen: what finds them, with others before them: the web client
            names no more than 20,000 contacts by their ids
        """
        domain = [("id", "in", ids)]
        if len(ids) > 20_000:
            domain = [*chosen, ("id", ">=", ids[-1])]
        dialog = self.dialog(mode, domain, group_id)
        dialog.action_apply()
        return dialog.operation_id
