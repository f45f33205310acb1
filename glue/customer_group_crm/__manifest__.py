# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Customer Groups in CRM",
    "version": "19.0.1.1.0",
    "category": "Sales/CRM",
    "summary": "Sort leads and opportunities into customer groups",
    "author": "The customer_group authors",
    "license": "LGPL-3",
    "depends": ["customer_group", "crm"],
    "data": [
        "views/crm_lead_views.xml",
        "views/customer_group_menus.xml",
    ],
    "assets": {
        "web.assets_tests": ["customer_group_crm/static/tests/tours/**/*"],
    },
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
    "auto_install": True,
}
