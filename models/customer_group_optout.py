# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class CustomerGroupOptout(models.Model):
    """A contact wants no e-mails because of a group, of a series, or none at all.

    Who opts out of a group does so of those below it, too. It holds for all contacts
    with the same address. ``mail.blacklist`` decides about "none at all"; such a row
    says who has put the address there by following a link.
    """

    _name = "customer.group.optout"
    _description = "Opt-out from E-Mails"
    _order = "id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact",
        required=True,
        ondelete="cascade",
    )
    group_id = fields.Many2one(
        comodel_name="customer.group",
        string="Group",
        index="btree_not_null",
        ondelete="cascade",
        help="No e-mails because of this group, or a subgroup.",
    )
    sequence_id = fields.Many2one(
        comodel_name="customer.group.sequence",
        string="Series",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="No e-mails of this series, which no group starts.",
    )
    email = fields.Char(
        string="E-Mail",
        readonly=True,
        index="btree_not_null",
        help="The opt-out holds for all contacts with this address.",
    )
    date = fields.Datetime(
        string="Since", required=True, readonly=True, default=fields.Datetime.now
    )
    source = fields.Selection(
        selection=[("link", "Link in an e-mail"), ("manual", "By hand")],
        required=True,
        readonly=True,
        default="manual",
    )
    what = fields.Char(string="No E-Mails", compute="_compute_what")

    # An index, for it has to do without values; it also finds the rows of a contact.
    _once_uniq = models.UniqueIndex(
        "(partner_id, COALESCE(group_id, 0), COALESCE(sequence_id, 0))",
        "This contact has opted out already.",
    )

    @api.depends("group_id", "sequence_id")
    def _compute_what(self):
        for optout in self:
            optout.what = (
                optout.group_id.display_name
                or optout.sequence_id.display_name
                or self.env._("At all")
            )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Note the address, and end the series that must not go on.

        :raise ValidationError: when a person does not say which group
        :raise AccessError: if the user may not write one of the contacts
        """
        if not self.env.su:  # a person does not choose when and how it happened
            names = ("partner_id", "group_id")
            vals_list = [{n: vals.get(n) for n in names} for vals in vals_list]
        if not self.env.su and not all(vals["group_id"] for vals in vals_list):
            raise ValidationError(self.env._("Choose the group."))
        partners = self.env["res.partner"].browse(v["partner_id"] for v in vals_list)
        for vals, partner in zip(vals_list, partners, strict=True):
            vals["email"] = partner.email_normalized
        optouts = super().create(vals_list)
        optouts._check_user()
        optouts._stop_enrolments()
        return optouts

    def unlink(self):
        """Allow e-mails again; who opted out of all comes off Odoo's blacklist.

        :raise AccessError: if the user may not write one of the contacts
        """
        self._check_user()
        # sudo: what a link has done may be undone by those who may write the contact.
        blacklist = self.env["mail.blacklist"].sudo()
        for optout in self.filtered(lambda o: o._is_global() and o.email):
            blacklist._remove(
                optout.email, message=self.env._("Allowed by hand, or by a link.")
            )
        return super().unlink()

    def _check_user(self):
        self.partner_id.check_access("write")

    def _is_global(self):
        return not self.group_id and not self.sequence_id

    def action_allow(self):
        """Let the contacts get these e-mails again."""
        self.unlink()

    # ------------------------------------------------------------
    # WHAT FOLLOWS
    # ------------------------------------------------------------

    @api.model
    def _get_opted_out_sql(self, groups):
        """Return the query of the contacts that want no e-mails because of groups.

        :param groups: who has opted out of one of them, or of one above, is meant
        :return: SQL with the column ``partner_id``
        """
        self.flush_model()
        self.env["res.partner"].flush_model(["email_normalized"])
        # sudo: opt-outs count whether or not the user may see groups above.
        paths = groups.sudo().mapped("parent_path")
        ids = {int(id_) for path in paths for id_ in path.split("/")[:-1]}
        return SQL(
            """SELECT partner_id FROM customer_group_optout
                WHERE group_id = ANY(%(ids)s)
                UNION
               SELECT p.id FROM customer_group_optout o
                 JOIN res_partner p ON p.email_normalized = o.email
                WHERE o.group_id = ANY(%(ids)s)""",
            ids=list(ids),
        )

    def _stop_enrolments(self):
        """End the series that the contacts are in because of what they opt out of."""
        if self:
            enrolments = self.env["customer.group.enrolment"]
            enrolments.flush_model(["state"])
            running = SQL("o.id IN %s AND e.state = 'running'", self._ids)
            pairs = self._get_pairs(running)
            ids = [enrolment for enrolment, _optout in pairs]
            enrolments._stop_where("optout", SQL("e.id = ANY(%s)", ids))

    @api.model
    def _get_pairs(self, condition):
        """Return which opt-outs are about which enrollments.

        :param SQL condition: about ``o``, the opt-out, and ``e``, the enrollment
        :return: list of pairs (id of the enrollment, id of the opt-out)
        """
        self.flush_model()
        self.env["res.partner"].flush_model(["email_normalized"])
        self.env["customer.group.enrolment"].flush_model(
            ["sequence_id", "partner_id", "group_id"]
        )
        self.env["customer.group.sequence"].flush_model(["group_ids"])
        return self.env.execute_query(
            SQL(
                """SELECT e.id, o.id
                     FROM customer_group_enrolment e
                     JOIN res_partner p ON p.id = e.partner_id
                     JOIN customer_group_optout o
                       ON o.partner_id = p.id OR o.email = p.email_normalized
                    WHERE %s
                      AND (o.sequence_id = e.sequence_id OR EXISTS (
                           SELECT FROM customer_group above
                             JOIN customer_group g
                               ON starts_with(g.parent_path, above.parent_path)
                            WHERE above.id = o.group_id
                              AND (g.id = e.group_id
                                   OR e.group_id IS NULL AND g.id IN (
                                      SELECT r.group_id
                                        FROM customer_group_sequence_group_rel r
                                       WHERE r.sequence_id = e.sequence_id))))""",
                condition,
            )
        )

    @api.model
    def _merge(self, field, sources, target):
        """Give ``target`` the opt-outs of ``sources``, the oldest of each kind.

        :param str field: ``partner_id`` or ``group_id``
        :param sources: the contacts, or groups, that go
        :param target: the one that remains
        """
        self.flush_model()
        column = SQL.identifier(field)
        others = {"partner_id", "group_id", "sequence_id"} - {field}
        same = SQL(" AND ").join(
            SQL(
                "o.%s IS NOT DISTINCT FROM kept.%s",
                SQL.identifier(name),
                SQL.identifier(name),
            )
            for name in sorted(others)
        )
        self.env.cr.execute(
            SQL(
                """DELETE FROM customer_group_optout o
                    USING customer_group_optout kept
                    WHERE o.%(column)s IN %(ids)s AND kept.%(column)s IN %(ids)s
                      AND %(same)s AND kept.id < o.id""",
                column=column,
                ids=(sources + target)._ids,
                same=same,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE customer_group_optout SET %s = %s WHERE %s IN %s",
                column,
                target.id,
                column,
                sources._ids,
            )
        )
        self.invalidate_model()


class CustomerGroupMembership(models.Model):
    _inherit = "customer.group.membership"

    def _merge(self, field, sources, target):
        result = super()._merge(field, sources, target)
        self.env["customer.group.optout"]._merge(field, sources, target)
        return result


class CustomerGroupEnrolment(models.Model):
    """Who wants no e-mails leaves the series, whatever it does next."""

    _inherit = "customer.group.enrolment"

    def _get_stop_reason(self):
        return super()._get_stop_reason() or self._get_optout_reason()

    def _get_optout_reason(self):
        """Say whether the contact wants no more of this.

        :return: ``optout``, ``blacklist`` or False
        """
        self.ensure_one()
        if self._get_optouts():
            return "optout"
        # sudo: whoever looks, the blacklist counts.
        return self.sudo().partner_id.is_blacklisted and "blacklist"

    def _get_optouts(self):
        """Return the opt-outs because of which the contact is to get no e-mails."""
        # sudo: opt-outs count, whoever may see them.
        optouts = self.env["customer.group.optout"].sudo()
        pairs = optouts._get_pairs(SQL("e.id = %s", self.id))
        return optouts.browse(optout for _enrolment, optout in pairs)
