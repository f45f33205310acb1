import { inputFiles } from "@web/../tests/utils";
import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** Choose a CSV file on the import page. */
function upload(...lines) {
    return {
        trigger: "button:contains('Data File')",
        async run() {
            const file = new File([lines.join("\n")], "members.csv", {
                type: "text/csv",
            });
            await inputFiles(".o_control_panel .o_input_file", [file]);
        },
    };
}

tours.add("customer_group_import_memberships", {
    steps: () => [
        { trigger: ".o_cp_action_menus button", run: "click" },
        { trigger: ".o_import_memberships_menu", run: "click" },
        { trigger: ".modal .alert:contains('stay in all others')" },
        { trigger: ".modal input[data-value='replace']", run: "click" },
        { trigger: ".modal .alert-warning:contains('in no others')" },
        {
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Spring fair",
        },
        { trigger: ".modal button[name='action_choose_file']", run: "click" },
        { trigger: ".o_breadcrumb:contains('Replace Groups of Contacts')" },
        upload("Contact,Customer Groups", "Anna,Students", "Nobody,Trade"),
        {
            trigger: ".o_import_data_content:contains('Customer Groups')",
        },
        { trigger: "button:text(Import)", run: "click" },
        {
            content: "the row that is wrong is named, and nothing has changed",
            trigger: ".alert:contains('Error at row 3'):contains('Nobody')",
        },
        upload("Contact,Customer Groups", "Anna,Students", "Ben,Private / Students"),
        { trigger: ".o_import_data_content:contains('Anna')" },
        { trigger: "button:text(Test)", run: "click" },
        { trigger: ".alert:contains('Everything seems valid')" },
        { trigger: "button:text(Import)", run: "click" },
        {
            content: "the journal tells the exact numbers",
            trigger:
                ".o_data_row:contains('Spring fair'):contains('Groups replaced')" +
                ":has([name='added']:contains('1')):has([name='removed']:contains('3'))",
        },
    ],
});
