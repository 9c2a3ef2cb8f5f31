package io.icegate.spark.procedures;

import io.icegate.spark.held.HeldTables;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.spark.Spark3Util;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.procedures.BoundProcedure;
import org.apache.spark.sql.connector.catalog.procedures.ProcedureParameter;
import org.apache.spark.sql.connector.catalog.procedures.UnboundProcedure;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.util.Locale.ROOT;
import static java.util.Objects.requireNonNull;

/**
 * A procedure of Iceberg. {@code remove_orphan_files} takes any folder and any list of files from its caller: here it looks
 * for orphans of a table in the folder of that table only, and so never finds the WAL or another table's files. {@code
 * add_files} takes no files of the WAL or of another table, which an expiry of snapshots would delete. Maintenance leaves a table alone
 * while a procedure rewrites its files.
 */
record GuardedProcedure(UnboundProcedure stock, ProcedureTables tables, HeldTables heldTables)
        implements UnboundProcedure
{
    private static final String REMOVE_ORPHAN_FILES = "remove_orphan_files";
    private static final String ADD_FILES = "add_files";
    private static final Set<String> REWRITES = Set.of("rewrite_data_files", "rewrite_position_delete_files");
    /**
     * Files without a table, as Spark names them: a format and a path.
     */
    private static final Pattern FOLDER = Pattern.compile("(?i)`?(?:parquet|orc|avro)`?\\.`?([^`]*)`?");

    GuardedProcedure
    {
        requireNonNull(stock, "stock is null");
        requireNonNull(tables, "tables is null");
        requireNonNull(heldTables, "heldTables is null");
    }

    @Override
    public String name()
    {
        return stock.name();
    }

    @Override
    public String description()
    {
        return stock.description();
    }

    @Override
    public BoundProcedure bind(StructType inputType)
    {
        return new Bound(stock.bind(inputType), tables, heldTables);
    }

    private record Bound(BoundProcedure stock, ProcedureTables tables, HeldTables heldTables)
            implements BoundProcedure
    {
        @Override
        public String name()
        {
            return stock.name();
        }

        @Override
        public String description()
        {
            return stock.description();
        }

        @Override
        public ProcedureParameter[] parameters()
        {
            return stock.parameters();
        }

        @Override
        public boolean isDeterministic()
        {
            return stock.isDeterministic();
        }

        @Override
        public Iterator<Scan> call(InternalRow arguments)
        {
            if (stock.name().equalsIgnoreCase(REMOVE_ORPHAN_FILES)) {
                checkFolder(arguments);
            }
            if (stock.name().equalsIgnoreCase(ADD_FILES)) {
                checkSource(arguments);
            }
            return Refusals.clean(() -> REWRITES.contains(stock.name().toLowerCase(ROOT)) ? rewrite(arguments) : stock.call(arguments));
        }

        private Iterator<Scan> rewrite(InternalRow arguments)
        {
            Table table = tables.load("table", tables.identifier("table", arguments, ordinal("table")));
            return heldTables.hold(table.uuid(), () -> stock.call(arguments));
        }

        private void checkSource(InternalRow arguments)
        {
            Matcher source = FOLDER.matcher(argument("source_table", arguments).orElse("").strip());
            if (!source.matches()) {
                return;
            }
            Identifier name = tables.identifier("table", arguments, ordinal("table"));
            try {
                tables.catalog().verifyAdoptable(Spark3Util.identifierToTableIdentifier(name), tables.load("table", name).location(), source.group(1));
            }
            catch (ValidationException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
        }

        private void checkFolder(InternalRow arguments)
        {
            Optional<String> location = argument("location", arguments);
            Optional<String> files = argument("file_list_view", arguments);
            if (location.isEmpty() && files.isEmpty()) {
                return;
            }
            Table table = tables.load("table", tables.identifier("table", arguments, ordinal("table")));
            String folder = spelled(table.location()) + "/";
            if (location.isPresent() && !(spelled(location.orElseThrow()) + "/").startsWith(folder)) {
                throw new IllegalArgumentException("Cannot remove orphan files of table %s in '%s': it is not in the table's folder %s".formatted(table.name(), location.orElseThrow(), table.location()));
            }
            if (files.isPresent()) {
                Column path = functions.regexp_replace(functions.col("file_path"), functions.lit("^file:/+"), functions.lit("file:/"));
                long foreign = SparkSession.active().table(files.orElseThrow()).filter(functions.not(path.startsWith(folder))).count();
                if (foreign > 0) {
                    throw new IllegalArgumentException("Cannot remove orphan files of table %s: %s files of view '%s' are not in the table's folder %s".formatted(table.name(), foreign, files.orElseThrow(), table.location()));
                }
            }
        }

        private Optional<String> argument(String name, InternalRow arguments)
        {
            int ordinal = ordinal(name);
            return arguments.isNullAt(ordinal) ? Optional.empty() : Optional.of(arguments.getUTF8String(ordinal).toString());
        }

        private int ordinal(String name)
        {
            ProcedureParameter[] parameters = stock.parameters();
            for (int i = 0; i < parameters.length; i++) {
                if (parameters[i].name().equalsIgnoreCase(name)) {
                    return i;
                }
            }
            throw new IllegalStateException("Cannot guard procedure %s: it has no parameter '%s'".formatted(stock.name(), name));
        }

        /**
         * One spelling of a folder: no slash at the end, one slash behind {@code file:}, no step up.
         */
        private static String spelled(String location)
        {
            String text = location.replaceFirst("^file:/+", "file:/").replaceFirst("^/", "file:/").replaceFirst("/+$", "");
            if (text.contains("/../") || text.endsWith("/..")) {
                throw new IllegalArgumentException("Cannot use location '%s': it steps up".formatted(location));
            }
            return text;
        }
    }
}
