# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..models.customer_group_sequence_time import get_due


class CustomerGroupSequenceTest(models.TransientModel):
    """Show what a series would do for a contact, without doing it.

    No group, activity or enrollment is touched, and no server action runs. E-mails go
    to the person who tests, and to nobody else.
    """

    _name = "customer.group.sequence.test"
    _description = "Test of a Follow-up Series"

    sequence_id = fields.Many2one(
        comodel_name="customer.group.sequence",
        string="Series",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.user.partner_id,
    )
    has_email = fields.Boolean(compute="_compute_has_email")
    preview = fields.Html(compute="_compute_preview", string="What would happen")

    @api.depends("sequence_id")
    def _compute_has_email(self):
        for wizard in self:
            actions = wizard.sequence_id.step_ids.mapped("action")
            wizard.has_email = "email" in actions

    @api.depends("sequence_id", "partner_id")
    def _compute_preview(self):
        for wizard in self:
            lines = wizard._get_lines() if wizard.partner_id else []
            item = Markup("<li class='mb-2'><b>%s</b> – %s%s</li>")
            body = Markup().join(
                item % (date, step.display_name, note) for date, step, note in lines
            )
            wizard.preview = Markup("<ul class='list-unstyled'>%s</ul>") % body

    def _get_lines(self):
        """Return the steps in order, each with its time and what it would do.

        :return: list of triples (date as text, step, text or markup)
        """
        sequence, partner = self.sequence_id, self.partner_id._origin
        moment, lines = fields.Datetime.now(), []
        tz, hours = sequence._get_timezone(partner), sequence._get_hours()
        for step in sequence.step_ids:
            moment = get_due(moment, step.delay_value, step.delay_unit, tz, hours)
            date = format_datetime(self.env, moment, tz=tz, dt_format="short")
            get_note = getattr(self, f"_get_{step.action}_note", lambda step: "")
            lines.append((date, step, get_note(step)))
        return lines

    def _get_email_note(self, step):
        values, error = self._render(step)
        if error:
            note = Markup("<div class='text-danger'>%s</div>") % error
        else:
            note = Markup(
                "<div class='border rounded p-2'><b>%s</b><div>%s</div></div>"
            ) % (values["subject"], values["body_html"])
        if not self.partner_id._origin.email_normalized:
            warning = self.env._("The contact has no e-mail address.")
            note += Markup("<div class='text-warning'>%s</div>") % warning
        return note

    def _get_code_note(self, step):
        return " " + self.env._("(is never run by a test)")

    def _render(self, step):
        """Return what a template makes of the contact, or what is wrong with it.

        :return: pair (dict of values of an e-mail, text of an error)
        """
        partner = self.partner_id._origin
        partner.check_access("read")
        names = ("subject", "body_html", "email_from")
        try:
            values = step.template_id._generate_template(partner.ids, names)
        except Exception as error:  # noqa: BLE001  whatever a template raises
            return {}, str(error).split("\n")[0]
        return values[partner.id], ""

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_send(self):
        """Send the e-mails of the series to the user, as the contact would get them.

        :return: client action that says where they went
        :raise UserError: when he has no address, or a template does not work
        """
        self.ensure_one()
        self.sequence_id.check_access("write")
        user = self.env.user
        if not user.email:
            raise UserError(
                self.env._("You have no e-mail address. Enter it in your preferences.")
            )
        vals_list = []
        for step in self.sequence_id.step_ids.filtered(lambda s: s.action == "email"):
            values, error = self._render(step)
            if error:
                raise UserError(
                    self.env._(
                        "“%(template)s” does not work for this contact: %(error)s",
                        template=step.template_id.name,
                        error=error,
                    )
                )
            vals_list.append(
                {
                    "subject": self.env._("[Test] %s", values["subject"]),
                    "body_html": values["body_html"],
                    "email_from": values.get("email_from") or user.email_formatted,
                    "email_to": user.email_formatted,
                    "auto_delete": True,
                }
            )
        # sudo: users do not write the queue themselves; these go to nobody else.
        self.env["mail.mail"].sudo().create(vals_list)
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "E-mails on their way to %(address)s: %(number)s.",
                    address=user.email,
                    number=len(vals_list),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
