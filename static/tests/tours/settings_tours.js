import { registry } from "@web/core/registry";
import { pick, type } from "./helpers";

const tours = registry.category("web_tour.tours");
const line = (name) => `.modal .o_data_row:has(.o_data_cell:text(${name}))`;
const count = (name, number) => ({
    content: `${name} is ${number}`,
    trigger: `.modal .o_field_widget[name='${name}']:text(${number})`,
});
const tick = (name) => ({
    trigger: `${line(name)} .o_data_cell[name='chosen'] input`,
    run: "click",
});
const page = (name) => ({ trigger: `.modal .nav-link[name='${name}']`, run: "click" });
const apply = { trigger: ".modal button[name='action_apply']", run: "click" };

tours.add("customer_group_settings", {
    steps: () => {
        const option = (name, value) =>
            `.o_field_widget[name='customer_group_${name}'] input[data-value='${value}']`;
        const similar = "#customer_group_warn_similar input";
        return [
            {
                trigger: "[data-menu-xmlid='contacts.res_partner_menu_config']",
                run: "click",
            },
            {
                trigger: "[data-menu-xmlid='customer_group.res_config_settings_menu']",
                run: "click",
            },
            { trigger: ".settings_tab .tab.selected[data-key='customer_group']" },
            { trigger: `${option("assigners", "named")}:checked` },
            { trigger: option("creators", "editors"), run: "click" },
            {
                content: "who may create may assign as well",
                trigger: `${option("assigners", "editors")}:checked`,
            },
            { trigger: `${similar}:checked`, run: "click" },
            {
                trigger: ".o_form_button_save",
                run: "click",
                expectUnloadPage: true,
            },
            { trigger: `${option("creators", "editors")}:checked` },
            { trigger: `${similar}:not(:checked)` },
        ];
    },
});

tours.add("customer_group_load_template", {
    steps: () => [
        {
            trigger: ".o_customer_group_manager a:text(Load a Template)",
            run: "click",
        },
        {
            content: "nothing is ticked, so there is nothing to create",
            trigger: ".modal:has(.o_data_row):not(:has(button[name='action_apply']))",
        },
        page("b2b"),
        tick("Company size"),
        count("new_count", 4),
        {
            trigger: `${line("Company size")} .o_data_cell[name='group_template_ids']`,
            run: "click",
        },
        {
            content: "one of its groups is not wanted",
            trigger: `${line("Company size")} .o_tag:contains('Medium-sized company') .o_delete`,
            run: "click",
        },
        count("new_count", 3),
        apply,
        count("created_count", 3),
        count("found_count", 0),
        { trigger: ".modal button[name='action_open_groups']", run: "click" },
        { trigger: ".o_customer_group_row:contains('Large company')" },
    ],
});

tours.add("customer_group_load_template_again", {
    steps: () => {
        const open = [
            { trigger: ".o_cp_action_menus button:has(.fa-cog)", run: "click" },
            { trigger: ".o_customer_group_load_template", run: "click" },
            page("b2c"),
        ];
        return [
            ...open,
            tick("Gender"),
            ...type(".modal .o_field_widget[name='parent_id'] input", "trade"),
            pick("Trade / Wholesale"),
            count("new_count", 4),
            apply,
            count("created_count", 4),
            {
                trigger: ".modal .modal-footer button:text(Close)",
                run: "click",
            },
            { trigger: "body:not(:has(.modal))" },
            ...open,
            { trigger: `${line("Gender")}:contains('Exists')` },
            {
                trigger: ".modal .modal-footer button:text(Cancel)",
                run: "click",
            },
            { trigger: "body:not(:has(.modal))" },
        ];
    },
});

tours.add("customer_group_no_groups", {
    steps: () => [
        {
            trigger:
                ".o_nocontent_help:contains('Ask a manager'):not(:has(a[type='action']))",
        },
        { trigger: ".o_switch_view.o_list", run: "click" },
        { trigger: ".o_list_view .o_nocontent_help:contains('Ask a manager')" },
    ],
});

tours.add("customer_group_first_group", {
    steps: () => [
        { trigger: ".o_nocontent_help:not(:contains('Load a Template'))" },
        { trigger: "a.o_customer_group_create", run: "click" },
        {
            trigger: ".o_customer_group_pane .o_field_widget[name='name'] textarea",
            run: "edit Shops",
        },
        { trigger: ".o_customer_group_pane .o_form_button_save", run: "click" },
        { trigger: ".o_customer_group_row:contains('Shops')" },
    ],
});
