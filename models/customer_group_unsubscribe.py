# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import suppress

from markupsafe import Markup
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.tools import SQL, email_normalize, hash_sign, verify_hash_signed
from odoo.tools.mail import append_content_to_html, email_anonymize
from odoo.tools.urls import urljoin

SCOPE = "customer_group.unsubscribe"


class CustomerGroupSequence(models.Model):
    _inherit = "customer.group.sequence"

    unsubscribe_link = fields.Boolean(
        default=True,
        help="Adds the link below each e-mail, and the button that mail programs show."
        " Only e-mails that somebody has ordered, such as a receipt, may go without.",
    )
    unsubscribe_label = fields.Char(
        string="Name for Recipients",
        translate=True,
        help="Completes “No more e-mails about …”. Empty: the name of the series.",
    )

    def _get_public_label(self):
        """Return what the series is called where its recipients read it."""
        return self.unsubscribe_label or self.name

    def _get_public_company(self, partner):
        """Return the company in whose name the series writes to a contact."""
        return self.company_id or partner.company_id or self.env.company


class CustomerGroupEnrolmentTrace(models.Model):
    _inherit = "customer.group.enrolment.trace"

    def _complete_emails(self, emails):
        """Add to an e-mail what lets its recipient unsubscribe.

        :param list[dict] emails: see ``mail.mail._prepare_outgoing_list``; copies for
            others than the contact have no link
        """
        enrolment = self.enrolment_id
        for email in emails:
            headers = {
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "OOF, AutoReply",
            }
            if (
                self.sequence_id.unsubscribe_link
                and email["partner_id"] == self.partner_id
            ):
                url = enrolment._get_unsubscribe_url()
                headers["List-Unsubscribe"] = f"<{url}>"
                headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
                enrolment._add_footer(email, url)
            email["headers"] = {**email["headers"], **headers}


class CustomerGroupEnrolment(models.Model):
    """The link to unsubscribe, and what the page behind it shows and does."""

    _inherit = "customer.group.enrolment"

    def _get_unsubscribe_url(self):
        """Return the link, which never expires: an e-mail may be read years later."""
        # sudo: the key to sign with is the system's.
        token = hash_sign(self.sudo().env, SCOPE, [self.id, self.partner_id.id])
        return urljoin(self.get_base_url(), f"/customer_group/unsubscribe/{token}")

    def _add_footer(self, email, url):
        """Write below an e-mail, in the language of the contact, how to unsubscribe."""
        told = self.with_context(lang=self.partner_id.lang).sequence_id
        text = told.env._(
            "You receive e-mails about “%(series)s” from %(company)s.",
            series=told._get_public_label(),
            company=told._get_public_company(self.partner_id).name,
        )
        footer = Markup(
            '<p style="margin-top:24px;font-size:12px;color:#6c757d">'
            '%s <a href="%s" style="color:#6c757d">%s</a></p>'
        ) % (text, url, told.env._("Unsubscribe"))
        email["body"] = append_content_to_html(email["body"], footer, plaintext=False)
        email["body_alternative"] = "\n\n".join(
            [(email["body_alternative"] or "").rstrip(), f"{text}\n{url}"]
        )

    def _get_optout_targets(self):
        """Return what somebody opts out of who wants no more of this series.

        That is the start group above the one that he joined, or the series itself if no
        group starts it.

        :return: list of values of opt-outs
        """
        groups = self.sequence_id.group_ids
        if path := self.group_id.parent_path:
            above = groups.filtered(lambda g: path.startswith(g.parent_path))
            with_subgroups = self.sequence_id.include_subgroups
            groups = (with_subgroups and above) or self.group_id
        return [{"group_id": group.id} for group in groups] or [
            {"sequence_id": self.sequence_id.id}
        ]


class ResPartner(models.Model):
    """What a contact does on the page behind the link, without being logged in."""

    _inherit = "res.partner"

    @api.model
    def _from_unsubscribe_token(self, token):
        """Return whom a link is about.

        :return: pair (contact, enrollment); both are empty if the link is not ours or
            the contact is gone, the latter if only the enrollment is
        """
        enrolments = self.env["customer.group.enrolment"]
        try:
            id_, partner_id = verify_hash_signed(self.env, SCOPE, token)
        except (TypeError, ValueError):
            return self.browse(), enrolments
        enrolment = enrolments.browse(id_).exists()
        return enrolment.partner_id or self.browse(partner_id).exists(), enrolment

    def _get_unsubscribe_values(self, enrolment, is_back):
        """Return what the page shows.

        :param bool is_back: the contact has just taken back what he had said
        :rtype: dict
        """
        company = enrolment.sequence_id._get_public_company(self)
        names = {
            "company": company.name,
            "series": enrolment.sequence_id._get_public_label(),
            "email": Markup("<strong>%s</strong>")
            % (email_anonymize(self.email_normalized) or self.env._("this contact")),
        }
        optouts = enrolment and enrolment._get_optouts()
        title, text = self._get_unsubscribe_text(names, optouts, is_back)
        actions = self._get_unsubscribe_actions(names, optouts)
        return {
            "company": company,
            "title": title,
            "text": text,
            "actions": actions,
            "is_asked": not is_back,
        }

    def _get_unsubscribe_text(self, names, optouts, is_back):
        """Return the title and the text of the page.

        :param dict names: of the company, the series and the contact
        :param optouts: what the contact has said about the series
        """
        gone = self.env._("You are unsubscribed")
        back = self.env._("You are subscribed again")
        if self.is_blacklisted:
            return gone, self.env._(
                "%(company)s sends no more such e-mails to %(email)s.", **names
            )
        if optouts:
            return gone, self.env._(
                "%(email)s gets no more e-mails about “%(series)s”.", **names
            )
        if is_back and names["series"]:
            return back, self.env._(
                "%(email)s may get e-mails about “%(series)s” again.", **names
            )
        if is_back:
            return back, self.env._(
                "%(email)s may get e-mails from %(company)s again.", **names
            )
        return self.env._("Unsubscribe?"), self.env._(
            "Which e-mails from %(company)s should %(email)s no longer get?", **names
        )

    def _get_unsubscribe_actions(self, names, optouts):
        """Return the buttons of the page.

        :return: dict from the name of an action to what its button says
        """
        undo = {"undo": self.env._("Subscribe again")}
        if self.is_blacklisted:
            return undo if self._get_global_optouts() else {}
        actions = {"all": self.env._("No e-mails at all from %(company)s", **names)}
        if not names["series"]:
            return actions
        if not optouts:
            group = self.env._("No more e-mails about “%(series)s”", **names)
            return {"group": group, **actions}
        can_undo = all(optout.source == "link" for optout in optouts)
        return {**actions, **(undo if can_undo else {})}

    def _unsubscribe(self, enrolment):
        """Have the contact get no more e-mails because of the groups of a series."""
        optouts = self.env["customer.group.optout"]
        missing = not enrolment._get_optouts() and enrolment._get_optout_targets()
        for target in missing or ():
            values = {**target, "partner_id": self.id, "source": "link"}
            with suppress(UniqueViolation), self.env.cr.savepoint():
                optouts.create(values)

    def _unsubscribe_from_all(self):
        """Put the address of the contact on Odoo's blacklist."""
        email = self.email_normalized
        if email and not self.is_blacklisted:
            with suppress(UniqueViolation), self.env.cr.savepoint():
                self.env["mail.blacklist"]._add(
                    email, message=self.env._("By the link below an e-mail.")
                )
                self.env["customer.group.optout"].create(
                    {"partner_id": self.id, "source": "link"}
                )
        self.env["res.partner"].flush_model(["email_normalized"])
        self.env["customer.group.enrolment"]._stop_where(
            "blacklist",
            SQL(
                """EXISTS (SELECT FROM res_partner p WHERE p.id = e.partner_id
                              AND (p.id = %s OR p.email_normalized = %s))""",
                self.id,
                email or None,
            ),
        )
        self.invalidate_recordset(["is_blacklisted"])

    def _subscribe_again(self, enrolment):
        """Take back what the contact has said by link, about all and about a series."""
        optouts = self._get_global_optouts()
        if enrolment:
            optouts += enrolment._get_optouts().filtered(lambda o: o.source == "link")
        optouts.unlink()
        self.invalidate_recordset(["is_blacklisted"])

    def _get_global_optouts(self):
        """Return the rows by which a link has put the address on the blacklist."""
        if not self.is_blacklisted:
            return self.env["customer.group.optout"]
        return self.env["customer.group.optout"].search(
            [
                ("email", "=", email_normalize(self.email)),
                ("group_id", "=", False),
                ("sequence_id", "=", False),
            ]
        )
