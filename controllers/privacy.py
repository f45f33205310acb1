# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo import http
from odoo.http import content_disposition, request


class PrivacyController(http.Controller):
    """The file for a person who asks what is stored about him."""

    @http.route(
        "/customer_group/contact/<int:partner_id>/data",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def download(self, partner_id):
        """Return the data of a contact as JSON.

        :param int partner_id: the contact
        :raise NotFound: when there is no such contact
        :raise AccessError: when the user is no manager or may not see the contact
        """
        partner = request.env["res.partner"].browse(partner_id).exists()
        if not partner:
            raise request.not_found()
        data = partner._get_customer_group_data()
        name = f"customer_groups_{partner_id}.json"
        return request.make_response(
            json.dumps(data, ensure_ascii=False, indent=2),
            headers=[
                ("Content-Type", "application/json; charset=utf-8"),
                ("Content-Disposition", content_disposition(name)),
                ("Cache-Control", "no-store"),
            ],
        )
