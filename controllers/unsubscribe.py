# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import http
from odoo.http import request
from odoo.tools.misc import get_lang


class Unsubscribe(http.Controller):
    """The page behind the link below the e-mails of follow-up series.

    Opening it changes nothing, for scanners of mail servers open all links. Mail
    programs with a button of their own send the form without showing it (RFC 8058).
    """

    @http.route(
        "/customer_group/unsubscribe/<string:token>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,  # the token is the proof, and there is no session
        save_session=False,
        sitemap=False,
    )
    def unsubscribe(self, token, action="group", **_params):
        # sudo: who has the link acts for the contact, without being logged in.
        partners = request.env["res.partner"].sudo()
        partner, enrolment = partners._from_unsubscribe_token(token)
        if not partner:
            return self._render("unsubscribe_error", get_lang(request.env).code, 404)
        lang = get_lang(request.env, partner.lang).code
        partner, enrolment = (r.with_context(lang=lang) for r in (partner, enrolment))
        is_back = False
        if request.httprequest.method == "POST":
            self._act(partner, enrolment, action)
            is_back = action == "undo"
        values = partner._get_unsubscribe_values(enrolment, is_back)
        return self._render("unsubscribe_page", lang, 200, values)

    def _act(self, partner, enrolment, action):
        if action == "all":
            partner._unsubscribe_from_all()
        elif action == "undo":
            partner._subscribe_again(enrolment)
        elif enrolment:
            partner._unsubscribe(enrolment)

    def _render(self, template, lang, status, values=None):
        # sudo: the public user may not read templates.
        qweb = request.env["ir.qweb"].sudo().with_context(lang=lang)
        data = qweb.env["res.lang"]._get_data(code=lang)
        page = qweb._render(
            f"customer_group.{template}",
            {
                "language": lang.replace("_", "-"),
                "direction": data.direction or "ltr",
                **(values or {}),
            },
        )
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",  # the address is the key
            "X-Robots-Tag": "noindex",
        }
        page = Markup("<!DOCTYPE html>\n%s") % page
        return request.make_response(page, list(headers.items()), status=status)
