# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which groups tags or templates become, as plain Python on rows of tables."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from functools import cached_property

from . import naming

#: The language in which every name exists, and in which names are compared first.
SOURCE = "en_US"
COLORS = range(1, 12)


@dataclass(eq=False)
class Place:
    """A group that tags become: one that exists, or one to be created."""

    parent: "Place | None" = None
    group_id: int | None = None
    company_id: int | None = None
    active: bool = True
    #: Names by language; ``key`` is the one to compare, before it is cut.
    names: dict = field(default_factory=dict)
    key: str = ""
    color: int = 0
    level: int = 0
    is_new: bool = False
    tag_ids: list = field(default_factory=list)

    def get_name(self, lang):
        return self.names.get(lang) or self.names[SOURCE]


class TagPlan:
    """The groups that chosen tags become.

    :param list[dict] tags: rows ``id, parent_id, name, color, active`` of all tags,
        with the name as a dictionary by language
    :param set chosen: ids of the tags to turn into groups
    :param list[dict] groups: rows ``id, parent_id, company_id, active, name, visible``
        of all groups
    :param dict links: id of the group that was made from a tag, by id of the tag
    :param target_id: the group below which the others go, or ``None``
    :param str nameless: what to call a tag without a name; ``%s`` is its id

    ``places`` holds the place of each chosen tag, parents first; ``how`` how it was
    found: ``new``, ``linked``, ``exists`` or ``merged``; ``remarks`` the codes of what
    the user should know.
    """

    def __init__(self, tags, chosen, groups, links, target_id, nameless):
        self.tags = {row["id"]: row for row in tags}
        self.groups = {row["id"]: row for row in groups}
        self.links = links
        self.nameless = nameless
        self.places, self.how, self.remarks = {}, {}, defaultdict(list)
        self._known = {}
        self._siblings = {}
        self._parents = {row["id"]: row["parent_id"] for row in tags}
        self._cut_circles()
        root = self._get_place(target_id) if target_id else Place()
        self._build(chosen & self.tags.keys(), root)

    @cached_property
    def languages(self):
        rows = [*self.tags.values(), *self.groups.values()]
        return sorted({lang for row in rows for lang in row["name"]} | {SOURCE})

    @cached_property
    def _subgroups(self):
        subgroups = defaultdict(list)
        for row in self.groups.values():
            subgroups[row["parent_id"]].append(row)
        return subgroups

    @property
    def new_places(self):
        """The groups to create, parents first."""
        return [place for place in dict.fromkeys(self.places.values()) if place.is_new]

    # ------------------------------------------------------------
    # TREE OF TAGS
    # ------------------------------------------------------------

    def _cut_circles(self):
        """Make the oldest tag of each circle of parents a tag without parent."""
        done = set()
        for tag_id in list(self._parents):
            walked = {}
            while tag_id and tag_id not in done and tag_id not in walked:
                walked[tag_id] = len(walked)
                tag_id = self._parents.get(tag_id)
            if tag_id in walked:
                first = min(id_ for id_ in walked if walked[id_] >= walked[tag_id])
                self._parents[first] = None
                self.remarks[first].append("circle")
            done.update(walked)

    def get_line(self, tag_id):
        """Return the rows of the tags from the top down to this one."""
        line = []
        while tag_id in self.tags:
            line.append(self.tags[tag_id])
            tag_id = self._parents[tag_id]
        return line[::-1]

    def _build(self, chosen, root):
        below = defaultdict(list)
        for tag_id in chosen:
            above = self._parents[tag_id]
            while above and above not in chosen:
                above = self._parents.get(above)
            below[above].append(tag_id)
        todo = deque([(None, root)])
        while todo:
            above, parent = todo.popleft()
            # Of tags that become one group the first decides: the oldest active one.
            for tag_id in sorted(below[above], key=self._get_rank):
                place = self._find_place(self.tags[tag_id], parent)
                place.tag_ids.append(tag_id)
                self.places[tag_id] = place
                todo.append((tag_id, place))

    def _get_rank(self, tag_id):
        return not self.tags[tag_id]["active"], tag_id

    # ------------------------------------------------------------
    # PLACES
    # ------------------------------------------------------------

    def _get_place(self, group_id):
        """Return the place of an existing group, always the same one."""
        if group_id not in self._known:
            row = self.groups[group_id]
            self._known[group_id] = Place(
                group_id=group_id,
                company_id=row["company_id"],
                active=row["active"],
                names=row["name"],
                key=naming.normalize_name(row["name"][SOURCE]),
            )
        return self._known[group_id]

    def _get_siblings(self, parent):
        """Return the subgroups of a place by name, and the names taken by language.

        Groups that a new one beside them may share its name with are left out: those
        of two companies may. Of two groups the shared one comes first.
        """
        if parent in self._siblings:
            return self._siblings[parent]
        by_key, taken = {}, {lang: set() for lang in self.languages}
        self._siblings[parent] = by_key, taken
        rows = [] if parent.is_new else self._subgroups[parent.group_id]
        for row in sorted(rows, key=lambda row: (bool(row["company_id"]), row["id"])):
            companies = {row["company_id"], parent.company_id}
            if len(companies) == 1 or not all(companies):
                place = self._get_place(row["id"])
                if row["visible"]:
                    by_key.setdefault(place.key, place)
                for lang in self.languages:
                    taken[lang].add(naming.normalize_name(place.get_name(lang)))
        return by_key, taken

    def _find_place(self, tag, parent):
        """Return the group that this tag becomes, or that is ready below ``parent``."""
        tag_id, how = tag["id"], "linked"
        if tag_id in self.links:
            place = self._get_place(self.links[tag_id])
        else:
            names = self._get_names(tag)
            key = naming.normalize_name(names[SOURCE])
            how, place = "exists", self._get_siblings(parent)[0].get(key)
            if not place:
                how, place = "new", self._add_place(tag, parent, names, key)
        self.how[tag_id] = how = "merged" if place.tag_ids else how
        if how == "exists":
            self.remarks[tag_id].append("exists")
        if not place.active:
            self.remarks[tag_id].append("inactive" if place.is_new else "archived")
        return place

    def _get_names(self, tag):
        """Return the names of a tag as a group may have them, in each language."""
        names = {lang: naming.to_name(name or "") for lang, name in tag["name"].items()}
        named = {lang: name for lang, name in names.items() if name}
        if SOURCE not in named:
            self.remarks[tag["id"]].append("nameless")
            named[SOURCE] = next(iter(named.values()), self.nameless % tag["id"])
        elif any(
            character in name
            for name in tag["name"].values()
            for character in naming.FORBIDDEN_CHARACTERS
        ):
            self.remarks[tag["id"]].append("characters")
        return named

    def _add_place(self, tag, parent, names, key):
        """Plan a new group, under names that no sibling has in any language."""
        by_key, taken = self._get_siblings(parent)
        place = Place(
            parent=parent,
            company_id=parent.company_id,
            active=tag["active"] and parent.active,
            key=key,
            color=tag["color"] if tag["color"] in COLORS else 0,
            level=parent.level + 1 if parent.is_new else 0,
            is_new=True,
        )
        remarks = self.remarks[tag["id"]]
        if any(len(name) > naming.MAX_NAME_LENGTH for name in names.values()):
            remarks.append("long")
        for lang in self.languages:
            wanted = names.get(lang) or names[SOURCE]
            name, number = self._cut(wanted), 1
            while naming.normalize_name(name) in taken[lang]:
                number += 1
                name = f"{self._cut(wanted, room=8)} ({number})"
            if lang in names or number > 1:
                place.names[lang] = name
            if number > 1 and "taken" not in remarks:
                remarks.append("taken")
            taken[lang].add(naming.normalize_name(name))
        by_key[key] = place
        return place

    def _cut(self, name, room=0):
        length = naming.MAX_NAME_LENGTH - room
        return name if len(name) <= length else f"{name[: length - 1].rstrip()}…"
