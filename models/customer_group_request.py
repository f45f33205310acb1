# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, escape_psql, plaintext2html

from .customer_group_mixin import FIELD
from .customer_group_operation import Change

#: What the system alone enters: who asked, where, and what became of it.
SYSTEM_FIELDS = {"user_id", "company_id", "state"}
#: Whom it is about: the rights of the requester were checked for these.
SUBJECT_FIELDS = {"partner_ids", "res_model", "res_id"}
#: What the manager adds.
MANAGER_FIELDS = {"color", "group_id", "answer"}


class CustomerGroupRequest(models.Model):
    """The wish of a user for a group he may not create himself.

    A manager approves it, which creates the group and puts the contacts into it, or
    declines it with an answer.
    """

    _name = "customer.group.request"
    _description = "Request for a Customer Group"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _mail_post_access = "read"  # the requester answers questions

    name = fields.Char(string="Name of the Group", required=True, tracking=True)
    parent_id = fields.Many2one(
        comodel_name="customer.group",
        string="Parent Group",
        ondelete="set null",
        tracking=True,
    )
    color = fields.Integer(aggregator=False)
    reason = fields.Text(string="Why", help="What the group is needed for.")
    partner_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="customer_group_request_partner_rel",
        column1="request_id",
        column2="partner_id",
        string="Contacts",
        help="Are put into the group when the request is approved.",
    )
    res_model = fields.Char(string="Model")
    res_id = fields.Many2oneReference(
        string="Asked on",
        model_field="res_model",
        help="Is put into the group when the request is approved, with its contact.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Requested by",
        required=True,
        default=lambda self: self.env.user,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
    )
    state = fields.Selection(
        selection=[
            ("open", "Waiting"),
            ("approved", "Approved"),
            ("declined", "Declined"),
        ],
        default="open",
        required=True,
        index=True,
        tracking=True,
    )
    group_id = fields.Many2one(
        comodel_name="customer.group",
        string="Group",
        domain=[("can_assign", "=", True)],
        ondelete="set null",
        help="Choose a group to use it. Leave empty to create a new one.",
    )
    answer = fields.Text(help="Is sent to who asked for the group.")
    similar_id = fields.Many2one(
        comodel_name="customer.group",
        string="Similar Group",
        compute="_compute_similar",
        exportable=False,
    )
    similar_can_assign = fields.Boolean(
        string="Similar Group Can Be Used",
        compute="_compute_similar",
        exportable=False,
    )

    @api.depends("name", "state")
    def _compute_similar(self):
        groups = self.env["customer.group"]
        for request in self:
            request.similar_id = request.state == "open" and groups._find_similar(
                request.name, []
            )
            request.similar_can_assign = request.similar_id.can_assign

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    @api.constrains("name")
    def _check_name(self):
        for request in self:
            self.env["customer.group"]._validate_name(request.name)

    def _check_new(self):
        """Refuse requests for a group that exists or has been asked for.

        :raise UserError: with what to do instead
        """
        for request in self:
            group = request.parent_id._find_subgroup(request.name)
            if group:
                raise UserError(
                    self.env._(
                        "There is a group “%s” already. Choose it in the field.",
                        group[0].complete_name,
                    )
                )
            if self.search_count(
                [
                    ("id", "!=", request.id),
                    ("name", "=ilike", escape_psql(request.name)),
                    ("parent_id", "=", request.parent_id.id),
                    ("user_id", "=", request.user_id.id),
                    ("partner_ids", "in", request.partner_ids.ids or [False]),
                    ("res_model", "=", request.res_model),
                    ("res_id", "=", request.res_id),
                    ("state", "=", "open"),
                ],
                limit=1,
            ):
                raise UserError(
                    self.env._(
                        "You have asked for the group “%s” already."
                        " A manager has yet to decide.",
                        request.name,
                    )
                )

    def _check_record(self):
        """Refuse requests on records that the requester may not put into groups.

        :raise AccessError: when he may not change the record or its groups
        :raise UserError: when there is no such record, or it cannot be in groups
        """
        for request in self.filtered(lambda request: request.res_model):
            record = request._get_record(request.env)
            if not record:
                raise UserError(
                    self.env._("There is nothing here that could be in a group.")
                )
            record.check_access("write")
            record._check_field_access(record._fields[FIELD], "write")

    # ------------------------------------------------------------
    # CRUD, RIGHTS
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        requests = super().create(vals_list)
        requests._check_record()
        requests._check_new()
        requests._notify_manager()
        return requests

    def write(self, vals):
        if not SUBJECT_FIELDS.isdisjoint(vals) and not self.env.su:
            raise AccessError(
                self.env._("Whom a request is about cannot be changed afterwards.")
            )
        return super().write(vals)

    @api.model
    def _has_field_access(self, field, operation):
        """Keep who asked and what was decided out of reach: rights follow from it."""
        if operation == "write" and not self.env.su:
            if field.name in SYSTEM_FIELDS:
                return False
            if field.name in MANAGER_FIELDS:
                return self.env.user.has_group("customer_group.group_manager")
        return super()._has_field_access(field, operation)

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_approve(self):
        """Put the contacts into the group, which is created unless it exists by now.

        :raise AccessError: when the user is no manager
        :raise UserError: when the request was decided already
        """
        for request in self:
            request._check_decide()
            group = request.group_id or request._get_group()
            env = request._get_requester_env()
            record = request._get_record(env)
            if record and not record._may_change_customer_groups():
                record = record.browse()
            operation = request._add_partners(group, record)
            request._add_record(group, record)
            request.group_id = group
            text = env._(
                "Your request “%(name)s” was approved. Contacts put into the group"
                " “%(group)s”: %(count)s.",
                name=request.name,
                group=group.with_context(lang=env.lang).complete_name,
                count=operation.added,
            )
            if record:
                text += " " + env._("“%s” is in it, too.", record.display_name)
            request._decide("approved", text)

    def action_decline(self):
        """Decline the request, with the answer as the reason.

        :raise AccessError: when the user is no manager
        :raise UserError: when there is no answer, or the request was decided already
        """
        for request in self:
            request._check_decide()
            if not (request.answer or "").strip():
                raise UserError(
                    self.env._("Write an answer first: why do you decline the request?")
                )
            text = request._get_requester_env()._(
                "Your request “%s” was declined.", request.name
            )
            request._decide("declined", text)

    def _check_decide(self):
        if not self.env.user.has_group("customer_group.group_manager"):
            raise AccessError(
                self.env._("Only managers of customer groups decide on requests.")
            )
        self.check_access("write")
        self.lock_for_update()
        if self.state != "open":
            raise UserError(self.env._("“%s” has been decided already.", self.name))

    def _get_group(self):
        """Return the group that was asked for, created unless it exists by now."""
        parent = self.parent_id
        return parent._find_subgroup(self.name)[:1] or parent.create(
            {
                "name": self.name,
                "parent_id": parent.id,
                **({"color": self.color} if self.color else {}),
            }
        )

    def _get_record(self, env):
        """Return the record that the group was asked for on.

        :param env: the environment to return it in
        :return: ``None`` when there was none, it is deleted or cannot be in groups
        """
        model = env.get(self.res_model)
        if isinstance(model, self.pool["customer.group.mixin"]) and model._auto:
            return model.browse(self.res_id).exists() or None
        return None

    def _add_record(self, group, record):
        """Put the record into ``group``, unless it is a contact, which is in it by now.

        :param record: in the environment of the requester, who may change it; or empty
        """
        if record and record._name != "res.partner":
            # sudo: the requester may change the record, and the manager assign the
            # group; neither needs to have both rights.
            record = self.sudo().env[record._name].browse(record.id)
            record.write({FIELD: [Command.link(group.id)]})
            record.invalidate_recordset([FIELD])

    def _add_partners(self, group, record):
        """Put those of the contacts into ``group`` that the requester may change.

        :param record: whose contacts are meant as well; or empty
        :return: the operation of the journal, which the manager has made
        :raise AccessError: when the manager may not assign the group
        """
        group._check_assign(joining=group)
        pairs = None
        partners = self._get_requester_env()["res.partner"]
        if partners._may_change_customer_groups():
            contacts = record._get_customer_group_partners() if record else partners
            pairs = SQL(
                """SELECT contact.id AS partner_id, %s AS group_id
                     FROM (SELECT partner_id FROM customer_group_request_partner_rel
                            WHERE request_id = %s
                            UNION SELECT unnest(%s::int[])) AS contact (id)
                    WHERE contact.id IN %s""",
                group.id,
                self.id,
                contacts.ids,
                partners._get_assignable_query([]).subselect(),
            )
        reason = self.env._(
            "Requested by %(user)s: %(reason)s",
            user=self.user_id.name,
            reason=self.reason or self.name,
        )
        change = Change("add", "manual", reason)
        return self.env["customer.group"]._change_members(pairs, None, change)

    def _get_requester_env(self):
        """Return the environment of the requester: his rights, companies, language."""
        # sudo: managers do not see the companies of everybody.
        user = self.sudo().user_id
        return self.env(
            user=user.id,
            su=False,
            context={"allowed_company_ids": user.company_ids.ids, "lang": user.lang},
        )

    def _decide(self, state, text):
        """Enter the decision and tell the requester."""
        # sudo: nobody may write the state by himself.
        self.sudo().state = state
        self.activity_unlink(["mail.mail_activity_data_todo"])
        self.message_post(
            body=plaintext2html(f"{text}\n\n{self.answer or ''}".strip()),
            partner_ids=self.sudo().user_id.partner_id.ids,
            subtype_xmlid="mail.mt_note",
        )

    # ------------------------------------------------------------
    # NOTIFICATION
    # ------------------------------------------------------------

    def _notify_manager(self):
        """Give one manager the task to decide; the others find it in the menu."""
        for request in self:
            # sudo: the requester can neither list users nor give them tasks.
            request.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                summary=request.env._("Decide on the requested group"),
                user_id=request.sudo()._get_manager().id,
            )

    def _get_manager(self):
        """Return who is to decide: the owner of the parent group, if he is a manager.

        Otherwise one who was made a manager by name, rather than an administrator.
        """
        role = self.env.ref("customer_group.group_manager")
        managers = role.all_user_ids.filtered(
            lambda user: user.active and self.company_id in user.company_ids
        )
        return (
            (self.parent_id.user_id & managers)
            or (role.user_ids & managers)[:1]
            or managers[:1]
            or self.env.ref("base.user_admin")
        )

    @api.model
    def _forget_record(self, records):
        """Do not remember where a group was asked for when that is deleted.

        :param records: what is going to be deleted
        """
        self.env.cr.execute(
            SQL(
                """UPDATE customer_group_request SET res_model = NULL, res_id = NULL
                    WHERE res_model = %s AND res_id = ANY(%s)""",
                records._name,
                records.ids,
            )
        )
        self.invalidate_model(["res_model", "res_id"])
