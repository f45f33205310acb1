import { Domain } from "@web/core/domain";
import { patch } from "@web/core/utils/patch";
import { SearchModel } from "@web/search/search_model";

patch(SearchModel.prototype, {
    /** Leaves out the members of all chosen groups, where Odoo would take any of them. */
    _getFieldDomain(field, autocompleteValues) {
        if (field.fieldName !== "customer_group_exclude_id") {
            return super._getFieldDomain(...arguments);
        }
        return Domain.and(
            autocompleteValues.map((value) => super._getFieldDomain(field, [value]))
        );
    },
});
