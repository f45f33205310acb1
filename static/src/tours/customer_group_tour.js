import { markup } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const GROUPS = ".o_field_widget[name='customer_group_ids']";

/** The first steps, for every user who may create groups. */
registry.category("web_tour.tours").add("customer_group_tour", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            trigger: ".o_app[data-menu-xmlid='contacts.menu_contacts']",
            content: markup(
                _t("Sort your customers into groups: open <b>Contacts</b>.")
            ),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: "[data-menu-xmlid='customer_group.customer_group_menu']",
            content: _t("Here are the groups of your company."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".o_customer_group_new",
            content: markup(_t("<b>Create</b> a group.")),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            isActive: ["auto"],
            trigger: ".o_customer_group_tabs:not(:has([data-tab='members']))",
        },
        {
            trigger: ".o_customer_group_pane .o_field_widget[name='name'] textarea",
            content: _t(
                "Give it a name that everybody understands, such as Regular customers."
            ),
            tooltipPosition: "bottom",
            run: "edit Regular customers",
        },
        {
            trigger: ".o_customer_group_pane .o_form_button_save",
            content: markup(
                _t("<b>Save</b> it. Color and description can follow at any time.")
            ),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            isActive: ["auto"],
            trigger: ".o_customer_group_row:contains('Regular customers')",
        },
        {
            trigger: "[data-menu-xmlid='contacts.res_partner_menu_contacts']",
            content: _t("Now put somebody in. Go back to the contacts."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger:
                ".o_list_view .o_data_row .o_data_cell[name='complete_name'], .o_kanban_view .o_kanban_record:not(.o_kanban_ghost)",
            content: _t("Open a contact."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: `.o_form_view ${GROUPS} input`,
            content: _t("Type the name of your group. A contact can be in several."),
            tooltipPosition: "bottom",
            run: "edit Regular customers",
        },
        {
            isActive: ["auto"],
            trigger: `${GROUPS} .o-autocomplete--dropdown-item:first-child:contains('Regular customers')`,
        },
        {
            trigger: `${GROUPS} .o-autocomplete--dropdown-item a`,
            content: _t("Choose it."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_form_button_save",
            content: markup(_t("<b>Save</b> the contact.")),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            isActive: ["auto"],
            trigger: ".o_form_view .o_form_saved",
        },
        {
            trigger: "[data-menu-xmlid='customer_group.customer_group_menu']",
            content: _t("Go back to the groups, to see who is in yours."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".o_customer_group_row:contains('Regular customers')",
            content: _t("Choose your group."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger:
                ".o_customer_group_manager:has([aria-selected='true']:contains('Regular customers')) button[data-tab='members']",
            content: markup(
                _t(
                    "Here are its <b>members</b>. In a list of contacts, you find them by the name of the group in the search bar."
                )
            ),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            isActive: ["auto"],
            trigger: ".o_customer_group_pane .o_data_row",
        },
    ],
});
