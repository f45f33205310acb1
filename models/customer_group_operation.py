# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import dataclass
from threading import current_thread
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

#: Key of the context under which server code says what kind of change it makes.
CHANGE_KEY = "customer_group_change"
#: Where programs come in, as opposed to people with a browser.
API_PATHS = ("/json/2/", "/xmlrpc/", "/jsonrpc")


@dataclass(frozen=True)
class Change:
    """What kind of change of members is under way, and why.

    An object of Python and not values in the context, because callers of the API choose
    their context themselves: JSON cannot make one of these.
    """

    kind: str = "edit"
    source: str = "manual"
    reason: str = ""
    #: Whether a person has decided that a change in bulk starts follow-up series.
    start_series: bool = False
    #: The enrollment a step of which makes the change, so that series do not start each
    #: other for ever.
    enrolment_id: int | None = None


class CustomerGroupOperation(models.Model):
    """The journal: a row for each change, however many contacts it concerns.

    Nobody may write it; the rows of the ledger point to the operation that opened and
    to the one that closed them.
    """

    _name = "customer.group.operation"
    _description = "Change of Customer Groups"
    _order = "id desc"
    _rec_name = "kind"

    kind = fields.Selection(
        selection=[
            ("edit", "Contact edited"),
            ("add", "Added to group"),
            ("remove", "Removed from group"),
            ("move", "Moved to another group"),
            ("replace", "Groups replaced"),
            ("merge", "Merged"),
            ("delete", "Group deleted"),
            ("rule", "Rule evaluated"),
            ("release", "Left to the rule"),
            ("undo", "Undo"),
            ("repair", "Repaired"),
        ],
        required=True,
        readonly=True,
    )
    source = fields.Selection(
        selection=[
            ("manual", "By hand"),
            ("bulk", "In bulk"),
            ("import", "Import"),
            ("api", "API"),
            ("rule", "Rule"),
            ("automation", "Follow-up series"),
            ("form", "Web form"),
            ("merge", "Merge"),
            ("undo", "Undo"),
            ("system", "System"),
        ],
        required=True,
        readonly=True,
    )
    start_series = fields.Boolean(
        string="Started Series",
        readonly=True,
        help="Whoever made this change in bulk wanted it to start follow-up series.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="By",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    date = fields.Datetime(required=True, readonly=True, index=True)
    reason = fields.Char(readonly=True)
    added = fields.Integer(readonly=True, help="Memberships that began.")
    removed = fields.Integer(readonly=True, help="Memberships that ended.")
    pinned = fields.Integer(
        string="Held",
        readonly=True,
        help="Members by rule that stay from now on, whatever the rule says.",
    )
    skipped = fields.Integer(
        readonly=True, help="Chosen, but already so or not permitted."
    )
    undone_by_id = fields.Many2one(
        comodel_name="customer.group.operation", readonly=True, index="btree_not_null"
    )
    undone_date = fields.Datetime(related="undone_by_id.date", string="Undone")
    can_undo = fields.Boolean(compute="_compute_can_undo")
    # Stored: to look for the groups in the ledger means to read all rows of a change.
    group_ids = fields.Many2many(
        comodel_name="customer.group",
        relation="customer_group_operation_group_rel",
        column1="operation_id",
        column2="group_id",
        string="Groups",
        readonly=True,
        context={"active_test": False},
    )
    started_ids = fields.One2many(
        comodel_name="customer.group.membership",
        inverse_name="start_operation_id",
        string="Began",
    )
    ended_ids = fields.One2many(
        comodel_name="customer.group.membership",
        inverse_name="end_operation_id",
        string="Ended",
    )

    @api.depends("kind", "undone_by_id")
    @api.depends_context("uid")
    def _compute_can_undo(self):
        """Allow it to who made the change, and to managers, as long as it stands."""
        manager = self.env.user.has_group("customer_group.group_manager")
        assigner = self.env.user.has_group("customer_group.group_assign")
        for operation in self:
            operation.can_undo = (
                not operation.undone_by_id
                and operation.kind not in ("merge", "delete", "rule", "undo", "repair")
                and (manager or (assigner and operation.user_id == self.env.user))
            )

    @api.model
    def _get_change(self):
        """Return the change under way, as server code declared it or as it looks.

        :rtype: Change
        """
        change = self.env.context.get(CHANGE_KEY)
        if isinstance(change, Change):
            return change
        # There is no request where XML-RPC and JSON-RPC arrive, but the thread knows.
        url = getattr(current_thread(), "url", "")
        if urlsplit(url).path.startswith(API_PATHS):
            return Change(source="api")
        context = self.env.context
        if context.get("import_file") or "_import_current_module" in context:
            return Change(source="import")
        return Change()

    @api.model
    def _open(self, change, **values):
        """Write a journal entry for the current user.

        :param Change change: what is being done
        :return: the operation
        """
        # sudo: nobody has the right to write the journal; only this code does.
        return self.sudo().create(
            {
                "kind": change.kind,
                "source": change.source,
                "reason": change.reason or False,
                "start_series": change.start_series,
                "enrolment_id": change.enrolment_id,
                "user_id": self.env.uid,
                "date": fields.Datetime.now(),
                **values,
            }
        )

    def _set_skipped(self, number):
        """Enter how many were chosen but left as they were.

        :param int number: contacts, or memberships where these were chosen one by one
        """
        # sudo: nobody has the right to write the journal; the number comes from code.
        self.sudo().skipped = number

    def _count_contacts(self):
        """Return how many contacts the operation put into groups, held or took out."""
        [[count]] = self.env.execute_query(
            SQL(
                """SELECT count(DISTINCT partner_id) FROM customer_group_membership
                    WHERE start_operation_id = %(id)s OR end_operation_id = %(id)s
                       OR pin_operation_id = %(id)s""",
                id=self.id,
            )
        )
        return count

    # ------------------------------------------------------------
    # PRIVACY
    # ------------------------------------------------------------

    @api.model
    def _get_traces(self):
        """Return where operations leave what they did to contacts.

        :return: pairs (table, column); each table has a ``partner_id``
        """
        return [
            ("customer_group_membership", "start_operation_id"),
            ("customer_group_membership", "end_operation_id"),
            ("customer_group_membership", "pin_operation_id"),
            ("customer_group_exclusion", "start_operation_id"),
            ("customer_group_exclusion", "end_operation_id"),
            ("customer_group_enrolment", "operation_id"),
        ]

    @api.model
    def _get_ids_of_contacts(self, partners):
        """Return the ids of the operations that concerned contacts."""
        if not partners:
            return []
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(" UNION ").join(
                SQL(
                    "SELECT %s FROM %s WHERE partner_id IN %s",
                    SQL.identifier(column),
                    SQL.identifier(table),
                    partners._ids,
                )
                for table, column in self._get_traces()
            )
        )
        return [id_ for [id_] in rows if id_]

    @api.model
    def _forget_reasons(self, condition):
        """Empty what people wrote about changes that concern no contact any more.

        Nobody can tell from it whom it is about; the words might.

        :param SQL condition: on the operations, with the alias ``o``
        """
        self.env.cr.execute(
            SQL(
                """UPDATE customer_group_operation o SET reason = NULL
                    WHERE reason IS NOT NULL AND kind NOT IN ('delete', 'merge')
                      AND %s AND %s""",
                condition,
                SQL(" AND ").join(
                    SQL(
                        "NOT EXISTS (SELECT FROM %s t WHERE t.%s = o.id)",
                        SQL.identifier(table),
                        SQL.identifier(column),
                    )
                    for table, column in self._get_traces()
                ),
            )
        )
        self.invalidate_model(["reason"])

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_undo(self):
        """Take back the change, as far as nothing has changed since.

        :return: client action that says how much was undone
        :raise AccessError: when it is another user's and the user is no manager
        :raise UserError: when it is undone already, or nothing is left to undo
        """
        self.ensure_one()
        if self.undone_by_id:
            raise UserError(self.env._("This change has been undone already."))
        if not self.can_undo:
            raise AccessError(
                self.env._(
                    "Only managers, and the user who made a change, can undo it."
                )
            )
        wanted = self._count_steps()
        undo = self._undo()
        done = undo._count_steps()
        if not done:
            raise UserError(
                self.env._(
                    "Nothing was undone: later changes, or missing rights, stand in"
                    " the way of every single step."
                )
            )
        message = self.env._("%(done)s of %(all)s steps undone.", done=done, all=wanted)
        if done < wanted:
            message += " " + self.env._("Later changes stand in the way of the others.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if done == wanted else "warning",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _count_steps(self):
        return self.added + self.removed + self.pinned

    def _undo(self):
        """Close what this operation began and reopen what it ended.

        Contacts the user may not change, and groups he may not assign, are left alone.

        :return: the operation that undoes it
        """
        # Bulk changes concern archived contacts and groups as well.
        archived = self.with_context(active_test=False).env
        partners = archived["res.partner"]._get_assignable_query([])
        groups = archived["customer.group"]._search([("can_assign", "=", True)])
        to_remove = SQL(
            """SELECT m.partner_id, m.group_id FROM customer_group_membership m
                WHERE m.start_operation_id = %s AND m.date_end IS NULL
                  AND m.partner_id IN %s AND m.group_id IN %s""",
            self.id,
            partners.subselect(),
            groups.subselect(),
        )
        to_add = SQL(
            """SELECT m.partner_id, m.group_id FROM customer_group_membership m
                WHERE m.end_operation_id = %s
                  AND m.partner_id IN %s AND m.group_id IN %s""",
            self.id,
            partners.subselect(),
            groups.subselect(),
        )
        change = Change("undo", "undo", self.reason or "")
        undo = self.env["customer.group"]._change_members(to_add, to_remove, change)
        # sudo: nobody may write the journal; who may undo was checked before.
        undo.sudo().pinned = self._undo_pins(undo, partners, groups)
        undo._set_skipped(self._count_steps() - undo._count_steps())
        if undo._count_steps():
            self.sudo().undone_by_id = undo
        return undo
