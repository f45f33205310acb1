import { registry } from "@web/core/registry";
import { pick, type } from "./helpers";

const tours = registry.category("web_tour.tours");
const input = (field) => `.modal .o_field_widget[name='${field}'] input`;
const explanation = ".modal .o_field_widget[name='explanation']";
const anna = ".o_data_row:contains('Anna')";

tours.add("customer_group_why", {
    steps: () => [
        { trigger: ".o_cp_action_menus .dropdown-toggle", run: "click" },
        {
            trigger: ".o-dropdown-item:contains('Why Is Somebody (Not) in?')",
            run: "click",
        },
        { trigger: `${input("group_id")}:value(Arcadia)` },
        ...type(input("partner_id"), "Dora"),
        pick("Dora"),
        { trigger: `${explanation}:contains('Dora is not in “Arcadia”')` },
        {
            trigger: `${explanation} li:has(.fa-times):contains('City is “Arcadia”'):contains('Has: nothing')`,
        },
        ...type(input("partner_id"), "Anna"),
        pick("Anna"),
        { trigger: `${explanation}:contains('Anna is in “Arcadia” by its rule')` },
        {
            trigger: `${explanation} li:has(.fa-check):contains('City is “Arcadia”')`,
        },
        { trigger: ".modal-footer button:text(Close)", run: "click" },
        { trigger: "button .o_stat_text:text(History)", run: "click" },
        {
            trigger: `${anna}:contains('By rule') button[name='action_pin']`,
            run: "click",
        },
        {
            trigger: `${anna}:contains('Held by hand') button:text(Why?)`,
            run: "click",
        },
        { trigger: `${explanation}:contains('Anna is held in “Arcadia” by hand')` },
        { trigger: ".modal-footer button:text(Close)", run: "click" },
        { trigger: `${anna} button[name='action_unpin']`, run: "click" },
        { trigger: `${anna}:contains('By rule') button[name='action_pin']` },
    ],
});
