import { registry } from "@web/core/registry";
import { pick, seeOnly, type } from "./helpers";

const tours = registry.category("web_tour.tours");
const LINES = ".o_field_widget[name='line_ids']";
const ROW = `${LINES} .o_selected_row`;

/** See how many contacts a step of the waterfall shows. */
function seeStep(name, number) {
    return {
        content: `${name}: ${number}`,
        trigger: `.o_customer_group_waterfall [data-step='${name}'] .fs-3:text(${number})`,
    };
}

/** Add a line with a group. */
function addGroup(name, mode) {
    const steps = [
        { trigger: `${LINES} .o_field_x2many_list_row_add a`, run: "click" },
        ...type(`${ROW} [name='group_id'] input`, name),
        pick(name),
    ];
    if (mode) {
        steps.push(
            { trigger: `${ROW} [name='mode'] input`, run: "click" },
            {
                trigger: `.o_select_menu_item:contains('${mode}')`,
                run: "click",
            }
        );
    }
    return steps;
}

tours.add("customer_group_selection", {
    steps: () => [
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_field_widget[name='name'] input", run: "edit Spring" },
        seeStep("remaining", 0),
        ...addGroup("Wholesale"),
        seeStep("remaining", 3),
        { trigger: ".o_field_widget[name='for_email'] input", run: "check" },
        seeStep("no_address", "−1"),
        ...addGroup("Students", "Never in"),
        seeStep("excluded", "−1"),
        seeStep("remaining", 1),
        { trigger: "button[name='action_open_partners']", run: "click" },
        { trigger: ".o_last_breadcrumb_item:contains('Spring')" },
        ...seeOnly("Anna"),
        { trigger: ".breadcrumb-item:contains('Spring')", run: "click" },
        { trigger: "button[name='action_add_to_groups']", run: "click" },
        ...type(".modal .o_field_widget[name='group_ids'] input", "Retail"),
        pick("Retail chains"),
        { trigger: ".modal [name='change_count']:contains('1')" },
        { trigger: ".modal button[name='action_apply']", run: "click" },
        { trigger: ".modal [name='added']:contains('1')" },
        { trigger: ".modal button[name='action_close']", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        seeStep("remaining", 1),
        { trigger: "button[name='action_freeze']", run: "click" },
        {
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Invited",
        },
        { trigger: ".modal button[name='action_confirm']:visible", run: "click" },
        { trigger: "a[name='uses']", run: "click" },
        {
            trigger:
                ".o_field_widget[name='snapshot_ids'] .o_data_row:contains('Invited')",
        },
    ],
});
