import { registry } from "@web/core/registry";
import { pick, type } from "./helpers";

const tours = registry.category("web_tour.tours");
const name = ".o_field_widget[name='name'] textarea";
const pane = ".o_customer_group_pane";
const openAll = { trigger: ".o_customer_group_open_all", run: "click" };
const row = (text) => `.o_customer_group_row:has(.o_customer_group_name:text(${text}))`;
const choose = (text) => [
    { trigger: row(text), run: "click" },
    { trigger: `${pane} ${name}:value(${text})` },
];
const seeChosen = (text) => ({ trigger: `${row(text)}[aria-selected='true']` });
const seeNoRow = (text) => ({
    trigger: `.o_customer_group_tree:not(:contains('${text}'))`,
});
const openTab = (tab) => ({ trigger: `button[data-tab='${tab}']`, run: "click" });
const seeMembers = (count) => ({
    trigger: `button[data-tab='members']:contains('${count}')`,
});
const cog = { trigger: `${pane} .o_cp_action_menus button:has(.fa-cog)`, run: "click" };
const menu = (text) => [
    cog,
    { trigger: `.o-dropdown--menu .o_menu_item:text(${text})`, run: "click" },
];
const confirm = (text) => ({
    trigger: `.modal-footer button:text(${text})`,
    run: "click",
});
const save = { trigger: ".o_form_button_save", run: "click" };

tours.add("customer_group_reorganize", {
    steps: () =>
        [
            openAll,
            choose("Students"),
            { trigger: name, run: "edit Pupils" },
            save,
            seeChosen("Pupils"),
            menu("Duplicate"),
            seeChosen("Pupils (copy)"),
            menu("Archive"),
            confirm("Archive"),
            seeNoRow("Pupils (copy)"),
            {
                content: "the form stays, to take it back",
                trigger: `${pane} .ribbon:contains('Archived')`,
            },
            menu("Unarchive"),
            seeChosen("Pupils (copy)"),
            menu("Delete"),
            confirm("Delete"),
            seeNoRow("Pupils (copy)"),
            choose("Retail chains"),
            menu("Merge Groups"),
            ...type(".modal .o_field_widget[name='group_ids'] input", "pupils"),
            pick("Private / Pupils"),
            { trigger: ".modal [name='group_ids'] .o_tag:contains('Pupils')" },
            ...type(".modal .o_field_widget[name='target_id'] input", "pupils"),
            pick("Private / Pupils"),
            {
                trigger:
                    ".modal .o_field_widget[name='target_id'] input:value(Private / Pupils)",
            },
            { trigger: ".modal button[name='action_merge']", run: "click" },
            { trigger: ".o_notification:contains('New members: 0')" },
            {
                content: "what remains is shown in the tree, which is as it was",
                trigger: `${row("Pupils")}[aria-selected='true']`,
            },
            { trigger: `${name}:value(Pupils)` },
            seeNoRow("Retail chains"),
            { trigger: row("EU") },
        ].flat(),
});

tours.add("customer_group_manager_members", {
    steps: () =>
        [
            openAll,
            {
                content: "who may not create sees no way to",
                trigger:
                    ".o_customer_group_manager:not(:has(.o_customer_group_new, .o_customer_group_add, [draggable]))",
            },
            { trigger: row("Wholesale"), run: "click" },
            openTab("members"),
            { trigger: `${pane} .o_data_row:contains('Cleo')` },
            { trigger: `${pane} button:text(Add Contacts)`, run: "click" },
            {
                trigger:
                    ".modal .o_data_row:contains('Cleo') .o_list_record_selector input",
                run: "click",
            },
            { trigger: ".modal button:text(Add to Group)", run: "click" },
            { trigger: ".modal [name='change_count']:contains('1')" },
            confirm("Add to Groups"),
            { trigger: ".modal [name='added']:contains('1')" },
            confirm("Close"),
            { trigger: "body:not(:has(.modal))" },
            {
                content: "the numbers in the tree follow",
                trigger: `${row("Wholesale")} .o_customer_group_count[title^='3 in']`,
            },
            {
                content: "so does the list",
                trigger: `${pane} .o_data_row:contains('Cleo') .o_tag:contains('Wholesale')`,
            },
            {
                trigger: `${pane} .o_data_row:contains('Ben') .o_list_record_selector input`,
                run: "click",
            },
            { trigger: `${pane} button:text(Remove from Group)`, run: "click" },
            confirm("Remove from Groups"),
            { trigger: ".modal [name='removed']:contains('1')" },
            confirm("Close"),
            { trigger: "body:not(:has(.modal))" },
            seeMembers(2),
            {
                trigger: `${pane} .o_data_row .o_data_cell:contains('Cleo')`,
                run: "click",
            },
            { trigger: ".o_form_view .o_field_widget[name='customer_group_ids']" },
            { trigger: ".o_back_button, .breadcrumb-item a", run: "click" },
            {
                content: "the tab is as it was left",
                trigger: "button[data-tab='members'].active",
            },
            seeChosen("Wholesale"),
            { trigger: `${pane} .o_data_row:contains('Cleo')` },
            openTab("changes"),
            { trigger: `${pane} .o_data_row:contains('Remove')` },
        ].flat(),
});

tours.add("customer_group_manager_create", {
    steps: () =>
        [
            openAll,
            { trigger: row("Trade"), run: "hover" },
            { trigger: `${row("Trade")} .o_customer_group_add`, run: "click" },
            { trigger: ".o_field_widget[name='parent_id'] input:value(Trade)" },
            { trigger: name, run: "edit Agents" },
            { trigger: `${pane} .o_colorlist_item_color_7`, run: "click" },
            save,
            {
                trigger: `${row("Agents")}[aria-level='2'][aria-selected='true'] .o_customer_group_color_7`,
            },
            cog,
            { trigger: ".o-dropdown--menu:not(:contains('Delete'))" },
            cog,
            // move it without a mouse
            ...type(".o_field_widget[name='parent_id'] input", "private"),
            pick("Private"),
            save,
            {
                trigger: `${row("Agents")}[aria-level='2'][aria-posinset='1']`,
            },
            choose("Wholesale"),
            menu("Duplicate with Members"),
            { trigger: ".o_notification:contains('Members copied: 2.')" },
            seeChosen("Wholesale (copy)"),
            seeMembers(2),
        ].flat(),
});

tours.add("customer_group_phone_manager", {
    steps: () =>
        [
            openAll,
            { trigger: row("Wholesale"), run: "click" },
            { trigger: `.o_form_view ${name}:value(Wholesale)` },
            { trigger: ".o_back_button", run: "click" },
            {
                content: "the tree is as it was left",
                trigger: row("EU"),
            },
            { trigger: `${row("Trade")} .o_customer_group_add`, run: "click" },
            { trigger: `.o_form_view ${name}:value()`, run: "edit Agents" },
            save,
            { trigger: ".o_back_button:not(:disabled)", run: "click" },
            { trigger: `${row("Agents")}[aria-level='2']` },
        ].flat(),
});

tours.add("customer_group_rule", {
    steps: () => {
        const status = (text) => ({
            trigger: `${pane} .o_field_widget[name='rule_state']:contains('${text}')`,
        });
        const condition = ".o_field_widget[name='rule_domain'] .o_tree_editor";
        return [
            openAll,
            choose("Retail chains"),
            {
                trigger: `${pane} .o_field_widget[name='use_rule'] input`,
                run: "click",
            },
            {
                trigger: ".o_field_widget[name='rule_domain'] a:contains('New Rule')",
                run: "click",
            },
            ...type(`${condition} .o-autocomplete input`, "Austria"),
            pick("Austria"),
            {
                content: "see how many match before saving",
                trigger: ".o_field_widget[name='rule_domain']:contains('2 record')",
            },
            save,
            status("Not evaluated yet"),
            {
                trigger: "button[name='action_run_rule']:text(Evaluate Now)",
                run: "click",
            },
            { trigger: ".o_notification:contains('Joined: 2. Left: 0.')" },
            status("Up to date"),
            seeMembers(2),
            openTab("members"),
            { trigger: `${pane} .o_data_row:contains('Anna')` },
            { trigger: `${pane} .o_data_row:contains('Dora')` },
            openTab("details"),
            {
                trigger: `${pane} button:contains('Switch Off')`,
                run: "click",
            },
            {
                trigger: ".modal .o_radio_input[data-value='remove']",
                run: "click",
            },
            confirm("Switch Off"),
            seeMembers(0),
            {
                content: "the rule is off, and can be switched on again",
                trigger: `${pane} .o_field_widget[name='use_rule'] input:not(:checked):enabled`,
            },
        ].flat();
    },
});
