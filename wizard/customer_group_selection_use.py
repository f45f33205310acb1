# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, formatLang, split_every

#: More e-mails or activities than this are too much work for one request.
MAX_AT_ONCE = 10000
#: How many contacts are given activities in one go.
BATCH_SIZE = 500


class CustomerGroupSelectionUse(models.TransientModel):
    """Do something with all contacts of a selection, after a look at their number.

    The contacts are frozen when the number is confirmed, so that those who were counted
    are the ones who are written to.
    """

    _name = "customer.group.selection.use"
    _description = "Use of a Selection of Contacts"

    selection_id = fields.Many2one(
        comodel_name="customer.group.selection",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    purpose = fields.Selection(
        selection=[
            ("freeze", "Freeze"),
            ("mail", "Send an e-mail"),
            ("activity", "Schedule activities"),
            ("series", "Start a series"),
        ],
        required=True,
        readonly=True,
    )
    # As the user has seen it: what he confirms is compared with it.
    contact_count = fields.Integer(
        string="Contacts",
        compute="_compute_counts",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    left_out_count = fields.Integer(
        string="Left out", compute="_compute_counts", compute_sudo=False, store=True
    )
    address_count = fields.Integer(
        string="Different Addresses",
        compute="_compute_counts",
        compute_sudo=False,
        store=True,
    )
    is_large = fields.Boolean(compute="_compute_is_large")
    typed_count = fields.Integer(string="Type the Number to Confirm")
    snapshot_id = fields.Many2one(
        comodel_name="customer.group.selection.snapshot",
        readonly=True,
        ondelete="set null",
    )
    reason = fields.Char(help="Is shown beside the frozen contacts.")
    activity_type_id = fields.Many2one(
        comodel_name="mail.activity.type",
        default=lambda self: self.env["mail.activity"]._default_activity_type_for_model(
            "res.partner"
        ),
        domain=[("res_model", "in", [False, "res.partner"])],
        ondelete="cascade",
    )
    summary = fields.Char(
        compute="_compute_activity", store=True, readonly=False, precompute=True
    )
    date_deadline = fields.Date(
        string="Due Date",
        compute="_compute_activity",
        store=True,
        readonly=False,
        precompute=True,
    )
    activity_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Assigned to",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        ondelete="cascade",
    )
    note = fields.Html(sanitize_style=True)
    sequence_id = fields.Many2one(
        comodel_name="customer.group.sequence",
        string="Series",
        domain=[("state", "=", "running")],
        ondelete="cascade",
    )

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("activity_type_id")
    def _compute_activity(self):
        for wizard in self:
            kind = wizard.activity_type_id
            wizard.summary = kind.summary
            wizard.date_deadline = (
                kind._get_date_deadline() if kind else fields.Date.context_today(wizard)
            )

    @api.depends("selection_id", "purpose", "sequence_id")
    def _compute_counts(self):
        for wizard in self:
            wizard.contact_count, wizard.address_count = wizard._count()
            everybody = self.env["res.partner"].search_count(
                wizard.selection_id._get_domain()
            )
            wizard.left_out_count = everybody - wizard.contact_count

    @api.depends("contact_count", "purpose")
    def _compute_is_large(self):
        limit = self.selection_id._get_confirm_limit()
        for wizard in self:
            wizard.is_large = (
                wizard.purpose != "freeze" and wizard.contact_count > limit
            )

    def _get_domain(self):
        """Return the domain of the contacts that are concerned.

        :rtype: Domain
        """
        selection = self.selection_id
        if self.purpose == "mail":
            return selection._get_recipients_domain()
        if self.purpose == "freeze":
            return selection._get_domain()
        return selection._get_changeable_domain()

    def _count(self):
        """Return how many contacts are concerned, and how many addresses these have."""
        found = self.env["res.partner"]._search(self._get_domain())
        if self.purpose == "series" and self.sequence_id:
            contacts = self._sql_contacts(found.select())
            return self.sequence_id._count_startable(contacts), 0
        addresses = SQL("0")
        if self.purpose == "mail":
            address = SQL.identifier(found.table, "email_normalized")
            addresses = SQL("count(DISTINCT %s)", address)
        query = found.select(SQL("count(*)"), addresses)
        [counts] = self.env.execute_query(query)
        return counts

    @api.model
    def _sql_contacts(self, found):
        """Return the query as :meth:`customer.group.sequence._enrol` wants it."""
        return SQL("SELECT id AS partner_id, NULL::int AS group_id FROM (%s) p", found)

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_confirm(self):
        """Do it, with exactly as many contacts as the user has seen.

        :return: action that goes on, or says what was done
        :raise UserError: when the number is another one by now, or was not confirmed
        """
        self.ensure_one()
        try:
            self.lock_for_update()
        except LockError as error:
            raise UserError(
                self.env._("This is being done already. Wait a moment.")
            ) from error
        if self.snapshot_id:
            raise UserError(self.env._("This has been done already."))
        self.selection_id.check_access("read")
        self._check_confirmed()
        return getattr(self, f"_use_for_{self.purpose}")()

    def _check_confirmed(self):
        count, _addresses = self._count()
        if not count:
            raise UserError(
                self.env._("There is nobody to do this with. Change the selection.")
            )
        if count != self.contact_count:
            raise UserError(
                self.env._(
                    "By now it is %(now)s contacts instead of %(shown)s. Close the"
                    " dialog, and begin again if that is right.",
                    now=formatLang(self.env, count, digits=0),
                    shown=formatLang(self.env, self.contact_count, digits=0),
                )
            )
        if self.is_large and self.typed_count != count:
            raise UserError(
                self.env._(
                    "These are more than %(limit)s contacts. Type their number,"
                    " %(count)s, to confirm that you mean all of them.",
                    limit=formatLang(
                        self.env, self.selection_id._get_confirm_limit(), digits=0
                    ),
                    count=count,
                )
            )
        if self.purpose in ("mail", "activity") and count > MAX_AT_ONCE:
            raise UserError(
                self.env._(
                    "This can be done for %s contacts at once at most. Say in the"
                    " selection how many you want, or start a series instead.",
                    formatLang(self.env, MAX_AT_ONCE, digits=0),
                )
            )

    def _freeze(self, purpose, reason=""):
        self.snapshot_id = self.selection_id._freeze(
            purpose, self._get_domain(), reason
        )
        return self.snapshot_id

    def _use_for_freeze(self):
        self._freeze("freeze", self.reason)
        return self._get_done_action(self.env._("Frozen: %s contacts."))

    def _use_for_mail(self):
        """Open Odoo's composer for the frozen contacts; it queues the e-mails."""
        snapshot = self._freeze("compose")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "E-mail to %(count)s contacts of “%(selection)s”",
                count=formatLang(self.env, snapshot.count, digits=0),
                selection=snapshot.name,
            ),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "active_ids": [],  # else Odoo takes the id of this dialog for a contact
                "default_composition_mode": "mass_mail",
                "default_customer_group_snapshot_id": snapshot.id,
                "default_model": "res.partner",
                "default_res_domain": repr(
                    [("customer_group_snapshot_ids", "in", snapshot.ids)]
                ),
                "default_res_ids": "[]",
            },
        }

    def _use_for_activity(self):
        if not self.activity_type_id or not self.activity_user_id:
            raise UserError(
                self.env._("Choose the kind of activity, and to whom it is assigned.")
            )
        snapshot = self._freeze("activity", self.summary or self.activity_type_id.name)
        # Odoo would send the user an e-mail for each of them; he gets one below.
        partners = self.env["res.partner"].with_context(mail_activity_quick_update=True)
        ids = partners.search(Domain(snapshot._get_partner_domain())).ids
        for batch in split_every(BATCH_SIZE, ids):
            partners.browse(batch).activity_schedule(
                activity_type_id=self.activity_type_id.id,
                automated=False,
                summary=self.summary,
                note=self.note,
                user_id=self.activity_user_id.id,
                date_deadline=self.date_deadline,
            )
            self.env.flush_all()
            partners.invalidate_model()
        if self.activity_user_id != self.env.user:
            self.selection_id._notify_assigned(self.activity_user_id, snapshot)
        return self._get_done_action(self.env._("Activities scheduled: %s."))

    def _use_for_series(self):
        sequence = self.sequence_id
        if sequence.state != "running":
            raise UserError(self.env._("Choose a series that is running."))
        sequence.check_access("read")
        domain = self._get_domain()
        found = self.env["res.partner"]._get_assignable_query(domain)
        # sudo: nobody has the right to write enrollments; the rights were checked.
        entered = sequence.sudo()._enrol(self._sql_contacts(found.select()))
        self.snapshot_id = self.selection_id._freeze("series", domain, sequence.name)
        return self._get_done_action(self.env._("Started: %s contacts."), entered)

    def _get_done_action(self, message, count=None):
        count = self.snapshot_id.count if count is None else count
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message % formatLang(self.env, count, digits=0),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
