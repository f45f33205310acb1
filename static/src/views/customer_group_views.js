import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { listView } from "@web/views/list/list_view";

/**
 * Returns a view of customer groups whose Delete says what becomes of the members.
 *
 * @param {Object} view descriptor of the stock view
 */
function getView(view) {
    class Controller extends view.Controller {
        get deleteConfirmationDialogProps() {
            return {
                ...super.deleteConfirmationDialogProps,
                title: _t("Delete customer groups?"),
                body: _t(
                    "Only groups are deleted: their members stay in your contacts. But who was in a group is lost. Archive it instead to keep that."
                ),
                confirmLabel: _t("Delete"),
            };
        }
    }
    return { ...view, Controller };
}

/**
 * Keeps what was typed when the server cannot look for similar groups: it is away, or the
 * group was deleted. Saving says then what is wrong.
 */
class CustomerGroupFormModel extends formView.Model {
    async _onchange(config, params) {
        const onError = (error) => {
            if (error.exceptionName !== "odoo.exceptions.MissingError") {
                Promise.reject(error); // for the user to see
            }
        };
        const values = await super._onchange(config, {
            ...params,
            onError: params.onError && onError,
        });
        return values || {};
    }
}

export const customerGroupFormView = {
    ...getView(formView),
    Model: CustomerGroupFormModel,
};
export const customerGroupKanbanView = getView(kanbanView);
export const customerGroupListView = getView(listView);

registry.category("views").add("customer_group_form", customerGroupFormView);
registry.category("views").add("customer_group_kanban", customerGroupKanbanView);
registry.category("views").add("customer_group_list", customerGroupListView);
