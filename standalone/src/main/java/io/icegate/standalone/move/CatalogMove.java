package io.icegate.standalone.move;

import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.move.MovedName.Outcome;
import io.icegate.wal.engine.EngineWal;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.view.ViewMetadata;
import org.apache.iceberg.view.ViewMetadataParser;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;

/**
 * Gives the namespaces, tables and views of one catalog to another, by telling it where their metadata lies. Each name is a step of its
 * own, which is done or not: what ends in the middle is run again, and finds what it did before.
 */
public final class CatalogMove
{
    private static final String NAMESPACE = "namespace";
    private static final String TABLE = "table";
    private static final String VIEW = "view";
    /**
     * These say where and how one catalog keeps a namespace, and mean nothing to another.
     */
    private static final Set<String> PROPERTIES_THAT_STAY = Set.of("location", "exists");

    private final CatalogSide source;
    private final CatalogSide target;
    private final MoveOptions options;
    private final Consumer<MovedName> told;
    private final Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);

    /**
     * @param told of each name, when it is done
     */
    public CatalogMove(CatalogSide source, CatalogSide target, MoveOptions options, Consumer<MovedName> told)
    {
        this.source = requireNonNull(source, "source is null");
        this.target = requireNonNull(target, "target is null");
        this.options = requireNonNull(options, "options is null");
        this.told = requireNonNull(told, "told is null");
    }

    /**
     * @param selected names of namespaces, which stand for all that is inside, of tables and views; all when it is empty
     * @return how many names came to which end
     * @throws CommandException when a selected name is not in the source
     */
    public Map<Outcome, Integer> run(Set<String> selected)
    {
        List<Inside> found = all().stream().map(inside -> inside.only(selected)).filter(inside -> !inside.isEmpty()).toList();
        for (String name : selected) {
            if (found.stream().noneMatch(inside -> inside.holds(name))) {
                throw new CommandException("Cannot move %s: there is no namespace, table or view of that name".formatted(name));
            }
        }
        for (Inside inside : found) {
            namespace(inside.namespace());
            inside.tables().forEach(name -> move(TABLE, name, this::table));
            inside.views().forEach(name -> move(VIEW, name, this::view));
        }
        return counts;
    }

    /**
     * What a namespace holds, without those in it.
     *
     * @param whole whether the namespace itself was asked for
     */
    private record Inside(Namespace namespace, boolean whole, List<TableIdentifier> tables, List<TableIdentifier> views)
    {
        private Inside only(Set<String> selected)
        {
            String name = namespace.toString();
            if (selected.isEmpty() || selected.stream().anyMatch(each -> name.equals(each) || name.startsWith(each + "."))) {
                return this;
            }
            return new Inside(namespace, false, only(tables, selected), only(views, selected));
        }

        private static List<TableIdentifier> only(List<TableIdentifier> names, Set<String> selected)
        {
            return names.stream().filter(name -> selected.contains(name.toString())).toList();
        }

        private boolean isEmpty()
        {
            return !whole && tables.isEmpty() && views.isEmpty();
        }

        private boolean holds(String name)
        {
            return whole && (namespace.toString().equals(name) || namespace.toString().startsWith(name + ".")) ||
                    Stream.concat(tables.stream(), views.stream()).anyMatch(each -> each.toString().equals(name));
        }
    }

    private List<Inside> all()
    {
        List<Inside> found = new ArrayList<>();
        List<Namespace> rest = new ArrayList<>(source.namespaces().listNamespaces());
        while (!rest.isEmpty()) {
            Namespace namespace = rest.removeFirst();
            found.add(new Inside(namespace, true, tables(namespace), views(namespace)));
            rest.addAll(0, children(namespace));
        }
        return found;
    }

    private List<Namespace> children(Namespace namespace)
    {
        try {
            return source.namespaces().listNamespaces(namespace).stream().filter(child -> child.length() > namespace.length()).toList();
        }
        catch (NoSuchNamespaceException | UnsupportedOperationException _) {
            return List.of(); // so say catalogs that have no nested ones
        }
    }

    /**
     * None of a namespace that is listed only because others are in it.
     */
    private List<TableIdentifier> tables(Namespace namespace)
    {
        try {
            return source.tables().listTables(namespace);
        }
        catch (NoSuchNamespaceException _) {
            return List.of();
        }
    }

    private List<TableIdentifier> views(Namespace namespace)
    {
        try {
            return source.views().map(views -> views.listViews(namespace)).orElse(List.of());
        }
        catch (NoSuchNamespaceException | UnsupportedOperationException _) {
            return List.of();
        }
    }

    private void tell(String kind, String name, Outcome outcome, String reason)
    {
        counts.merge(outcome, 1, Integer::sum);
        told.accept(new MovedName(kind, name, outcome, reason));
    }

    /**
     * With the namespaces around it. A failure is told, and told again by its tables.
     */
    private void namespace(Namespace namespace)
    {
        try {
            for (int length = 1; length < namespace.length(); length++) {
                properties(Namespace.of(Arrays.copyOf(namespace.levels(), length)));
            }
            tell(NAMESPACE, namespace.toString(), properties(namespace), "");
        }
        catch (RuntimeException e) {
            tell(NAMESPACE, namespace.toString(), Outcome.FAILED, Failures.message(e));
        }
    }

    /**
     * Creates a namespace, or adds the properties that it has in the source only. What the target says otherwise stays.
     */
    private Outcome properties(Namespace namespace)
    {
        Map<String, String> properties = new HashMap<>();
        if (source.namespaces().namespaceExists(namespace)) {
            properties.putAll(source.namespaces().loadNamespaceMetadata(namespace));
        }
        properties.keySet().removeAll(PROPERTIES_THAT_STAY);
        if (!target.namespaces().namespaceExists(namespace)) {
            if (!options.dryRun()) {
                create(namespace, properties);
            }
            return Outcome.CREATED;
        }
        properties.keySet().removeAll(target.namespaces().loadNamespaceMetadata(namespace).keySet());
        if (properties.isEmpty()) {
            return Outcome.UNCHANGED;
        }
        if (!options.dryRun()) {
            target.namespaces().setProperties(namespace, properties);
        }
        return Outcome.UPDATED;
    }

    private void create(Namespace namespace, Map<String, String> properties)
    {
        try {
            target.namespaces().createNamespace(namespace, properties);
        }
        catch (AlreadyExistsException _) {
            // by somebody else, just now
        }
    }

    private interface Step
    {
        MovedName move(TableIdentifier name);
    }

    private void move(String kind, TableIdentifier name, Step step)
    {
        MovedName moved;
        try {
            moved = step.move(name);
        }
        catch (RuntimeException e) {
            moved = new MovedName(kind, name.toString(), Outcome.FAILED, Failures.message(e));
        }
        tell(moved.kind(), moved.name(), moved.outcome(), moved.reason());
    }

    private MovedName table(TableIdentifier name)
    {
        TableMetadata table = source.table(name).orElseThrow(() -> new CommandException("it was dropped meanwhile"));
        String location = location(table.metadataFileLocation());
        source.verifyMayLeave(table, options);
        Optional<TableMetadata> present = target.table(name);
        Outcome outcome;
        if (present.isEmpty()) {
            target.verifyMayCome(table);
            if (!options.dryRun()) {
                target.tables().registerTable(name, location);
            }
            outcome = Outcome.REGISTERED;
        }
        else {
            outcome = bringUp(name, present.orElseThrow(), table);
        }
        String reason = "";
        if (options.dropSource()) {
            if (!options.dryRun()) {
                drop(() -> source.dropTable(name, location));
            }
            outcome = Outcome.MOVED;
        }
        else if (EngineWal.isWalTable(table.properties())) {
            reason = "what is committed now, for reading, as long as this warehouse keeps the snapshot";
        }
        return new MovedName(TABLE, name.toString(), outcome, reason);
    }

    private Outcome bringUp(TableIdentifier name, TableMetadata present, TableMetadata table)
    {
        String location = location(table.metadataFileLocation());
        if (!table.uuid().equals(present.uuid())) {
            throw new CommandException("another table has that name there: its UUID is %s, here it is %s. Rename one of the two".formatted(present.uuid(), table.uuid()));
        }
        String there = location(present.metadataFileLocation());
        if (CatalogSide.isSame(there, location)) {
            return Outcome.UNCHANGED;
        }
        if (isBefore(there, table)) {
            if (!options.update()) {
                target.verifyUpdatable();
                throw new CommandException("the target has an earlier state of it. With --update it is moved on");
            }
            target.verifyMayCome(table);
            if (!options.dryRun()) {
                target.update(name, present, table);
            }
            return Outcome.UPDATED;
        }
        throw new CommandException(isBefore(location, present)
                ? "the target has a later state of it. Change it there alone: drop it in the source, without purge"
                : "it was changed in both catalogs, or too often since it was moved: neither is an earlier state of the other. Drop it, without purge, where its changes are not wanted");
    }

    private static boolean isBefore(String location, TableMetadata table)
    {
        return table.previousFiles().stream().anyMatch(previous -> CatalogSide.isSame(previous.file(), location));
    }

    private MovedName view(TableIdentifier name)
    {
        try {
            return new MovedName(VIEW, name.toString(), movedView(name), "");
        }
        catch (UnsupportedOperationException e) {
            return new MovedName(VIEW, name.toString(), Outcome.SKIPPED, "the target has no views: " + Failures.message(e));
        }
    }

    private Outcome movedView(TableIdentifier name)
    {
        ViewMetadata view = source.view(name).orElseThrow(() -> new CommandException("it was dropped meanwhile"));
        String location = location(view.metadataFileLocation());
        if (target.views().isEmpty()) {
            throw new UnsupportedOperationException("it has only tables");
        }
        Optional<ViewMetadata> present = target.view(name);
        boolean sharesFile = present.filter(there -> CatalogSide.isSame(location(there.metadataFileLocation()), location)).isPresent();
        Outcome outcome = Outcome.UNCHANGED;
        if (present.isEmpty()) {
            if (!options.dryRun()) {
                target.registerView(name, view, source.fileToGive(name, view));
            }
            outcome = Outcome.REGISTERED;
        }
        else if (!view.uuid().equals(present.orElseThrow().uuid())) {
            throw new CommandException("another view has that name there: its UUID is %s, here it is %s. Rename one of the two".formatted(present.orElseThrow().uuid(), view.uuid()));
        }
        else if (!sharesFile && !ViewMetadataParser.toJson(present.orElseThrow()).equals(ViewMetadataParser.toJson(view))) {
            throw new CommandException("the two catalogs have different versions of it. Drop it where its changes are not wanted, and run this again");
        }
        if (options.dropSource()) {
            if (!options.dryRun()) {
                if (sharesFile) {
                    target.leaveFile(name, present.orElseThrow());
                }
                drop(() -> source.dropView(name, location));
            }
            outcome = Outcome.MOVED;
        }
        return outcome;
    }

    private static void drop(Runnable drop)
    {
        try {
            drop.run();
        }
        catch (RuntimeException e) {
            throw new CommandException("the target has it, and it could not be dropped from the source: %s. Stop its writers and run this again".formatted(Failures.message(e)), e);
        }
    }

    private static String location(@Nullable String metadataFile)
    {
        if (metadataFile == null) {
            throw new CommandException("a catalog does not tell where its metadata lies");
        }
        return metadataFile;
    }
}
