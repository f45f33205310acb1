import { AutoComplete } from "@web/core/autocomplete/autocomplete";
import { _t } from "@web/core/l10n/translation";
import { evaluateBooleanExpr } from "@web/core/py_js/py";
import { registry } from "@web/core/registry";
import { TagsList } from "@web/core/tags_list/tags_list";
import { useOwnedDialogs, useService } from "@web/core/utils/hooks";
import {
    Many2ManyTagsField,
    many2ManyTagsField,
} from "@web/views/fields/many2many_tags/many2many_tags_field";
import {
    Many2XAutocomplete,
    useOpenMany2XRecord,
} from "@web/views/fields/relational_utils";
import { CustomerGroupDialog } from "./customer_group_dialog";

/** Stays closed when something is chosen before what was typed is looked up. */
class CustomerGroupDropdown extends AutoComplete {
    selectOption() {
        this.debouncedProcessInput.cancel();
        this.pendingPromise?.resolve();
        this.pendingPromise = this.loadingPromise = null;
        super.selectOption(...arguments);
    }
}

/** Groups to choose from: with colors, without a way to create what exists. */
export class CustomerGroupAutocomplete extends Many2XAutocomplete {
    static components = {
        ...Many2XAutocomplete.components,
        AutoComplete: CustomerGroupDropdown,
    };
    static props = {
        ...Many2XAutocomplete.props,
        onAsk: { type: [Function, { value: null }], optional: true },
    };

    get searchSpecification() {
        return { ...super.searchSpecification, color: {} };
    }

    get createDialog() {
        return CustomerGroupDialog;
    }

    get createDialogSize() {
        return "md";
    }

    async search(name) {
        const canCreate = name.trim() && this.props.quickCreate;
        const [records, similar] = await Promise.all([
            super.search(name),
            canCreate && this.orm.call(this.props.resModel, "get_similar", [name]),
        ]);
        this.similar = similar;
        const offered = records.some((record) => record.id === similar?.id);
        return similar?.can_assign && !offered ? [...records, similar] : records;
    }

    addCreateSuggestion() {
        return super.addCreateSuggestion(...arguments) && !this.similar;
    }

    get actionSuggestions() {
        const ask = {
            enabled: () => this.props.onAsk,
            build: (request) => ({
                cssClass: "o_m2o_dropdown_option o_customer_group_ask_option",
                data: { slotName: "askItem" },
                label: _t("Ask for a Group…"),
                onSelect: () => this.props.onAsk(request),
            }),
        };
        return [...super.actionSuggestions, ask];
    }
}

/** Chips that can be reached with the keyboard also where nothing can be changed. */
export class CustomerGroupTagsList extends TagsList {
    static template = "customer_group.TagsList";
}

/** Groups of a record: short names with paths as tooltips, and "+" or "Ask". */
export class CustomerGroupTagsField extends Many2ManyTagsField {
    static template = "customer_group.TagsField";
    static components = {
        ...Many2ManyTagsField.components,
        Many2XAutocomplete: CustomerGroupAutocomplete,
        TagsList: CustomerGroupTagsList,
    };
    static props = {
        ...Many2ManyTagsField.props,
        canAsk: { type: Boolean, optional: true },
        canOpen: { type: Boolean, optional: true },
    };

    setup() {
        super.setup();
        this.action = useService("action");
        this.notification = useService("notification");
        this.addDialog = useOwnedDialogs();
        const use = (record) => this.update([{ id: record.resId }]);
        this.ask = (name) => this.openAskDialog(name, use);
        const openDialog = useOpenMany2XRecord({
            resModel: this.relation,
            activeActions: this.activeActions,
            component: CustomerGroupDialog,
            isToMany: true,
            onRecordSaved: use,
            size: "md",
        });
        this.create = async () => {
            const { activeElement } = document;
            await openDialog({
                title: this.createLabel,
                context: this.props.context,
                nextRecordsContext: this.props.context,
            });
            activeElement.focus();
        };
    }

    get createLabel() {
        return _t("New Customer Group");
    }

    getTagProps(record) {
        return {
            ...super.getTagProps(record),
            text: record.data.name,
            title: record.data.complete_name,
            canEdit: this.props.canOpen, // shows a pointer
            onClick: this.props.canOpen && ((ev) => this.openGroup(ev, record.resId)),
        };
    }

    openGroup(ev, resId) {
        const action = {
            type: "ir.actions.act_window",
            res_model: this.relation,
            res_id: resId,
            views: [[false, "form"]],
        };
        return this.action.doAction(action, { newWindow: ev.ctrlKey || ev.metaKey });
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && ev.target.classList.contains("o_tag")) {
            ev.preventDefault();
            ev.stopPropagation();
            ev.target.click();
        }
    }

    async openAskDialog(name, use) {
        const { record } = this.props;
        if (!record.resId && !(await record.save())) {
            return;
        }
        const { activeElement } = document;
        const context = {
            form_view_ref: "customer_group.customer_group_request_view_form_ask",
        };
        if (name) {
            context.default_name = name;
        }
        if (record.resModel === "res.partner") {
            context.default_partner_ids = [record.resId];
        } else {
            context.default_res_model = record.resModel;
            context.default_res_id = record.resId;
        }
        const props = {
            resModel: "customer.group.request",
            title: _t("Ask for a Group"),
            context,
            canExpand: false,
            size: "md",
            onUse: use,
            onRecordSaved: () =>
                this.notification.add(_t("Your request was sent to the managers."), {
                    type: "success",
                }),
        };
        this.addDialog(CustomerGroupDialog, props, {
            onClose: () => activeElement.focus(),
        });
    }
}

export const customerGroupTagsField = {
    ...many2ManyTagsField,
    component: CustomerGroupTagsField,
    displayName: _t("Customer Groups"),
    supportedTypes: ["many2many"],
    additionalClasses: ["o_field_many2many_tags"], // for its styles
    relatedFields: () => [
        { name: "display_name", type: "char" },
        { name: "name", type: "char" },
        { name: "complete_name", type: "char" },
        { name: "color", type: "integer" },
    ],
    extractProps({ attrs, options, viewType }) {
        const mayCreate = attrs.can_create
            ? evaluateBooleanExpr(attrs.can_create)
            : true;
        return {
            ...many2ManyTagsField.extractProps(...arguments),
            colorField: "color",
            canAsk: !options.no_create && !options.no_ask && !mayCreate,
            canOpen: !options.no_open && viewType === "form",
        };
    },
};
registry.category("fields").add("customer_group_tags", customerGroupTagsField);

export class KanbanCustomerGroupTagsField extends CustomerGroupTagsField {
    static template = "web.KanbanMany2ManyTagsField";
}
registry.category("fields").add("kanban.customer_group_tags", {
    ...customerGroupTagsField,
    component: KanbanCustomerGroupTagsField,
});
