import { Component, useSubEnv } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";

/**
 * Dialog to create a group, or to ask for one, that offers a group of nearly the same
 * name instead. Saving stops once when it finds such a group, so that the user sees it.
 */
export class CustomerGroupDialog extends FormViewDialog {
    static props = {
        ...FormViewDialog.props,
        onUse: { type: Function, optional: true },
    };

    setup() {
        super.setup();
        useSubEnv({ useCustomerGroup: this.useGroup.bind(this) });
        const { saveRecord } = this.viewProps;
        const notification = useService("notification");
        let shownId;
        this.viewProps.saveRecord = async (record, params) => {
            await record.isDirty(); // waits until the name just typed is looked at
            const { similar_id: similar } = record.data;
            if (similar && similar.id !== shownId) {
                shownId = similar.id;
                notification.add(_t("Save again if you do not mean that group."), {
                    type: "warning",
                });
                return false;
            }
            return saveRecord(record, params);
        };
    }

    async useGroup({ id, display_name }) {
        const use = this.props.onUse ?? this.props.onRecordSaved;
        await use({ resId: id, data: { id, display_name } });
        this.props.close();
    }
}

/** Button in the form of that dialog. */
export class UseSimilarGroup extends Component {
    static template = "customer_group.UseSimilarGroup";
    static props = ["*"];
}

registry.category("view_widgets").add("customer_group_use_similar", {
    component: UseSimilarGroup,
});
