package io.icegate.maintenance.merge;

import com.github.luben.zstd.ZstdDecompressCtx;
import io.icegate.schema.Column;
import io.icegate.schema.Signal;
import io.icegate.wal.parquet.TableLayout;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.column.ColumnDescriptor;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The columns of a table as its merged files have them, and where an input has the same ones.
 */
final class TableColumns
{
    private static final String BLOOM_ENABLED = "write.parquet.bloom-filter-enabled.column.";
    private static final String BLOOM_FPP = "write.parquet.bloom-filter-fpp.column.";
    private static final double BLOOM_FPP_DEFAULT = 0.01;
    private static final Set<TypeID> COUNTED_TYPES = Set.of(TypeID.STRING, TypeID.INTEGER, TypeID.LONG);

    private final Table table;
    private final TableLayout layout;
    private final Map<String, Column.Encoding> encodings;

    TableColumns(Table table)
    {
        this.table = table;
        encodings = encodings(table);
        try {
            layout = TableLayout.of(table.schema(), MetricsConfig.forTable(table), encodings::get);
        }
        catch (IllegalArgumentException e) {
            throw new MergeRefusedException("Cannot merge files of table %s: %s".formatted(table.name(), e.getMessage()));
        }
    }

    /**
     * Columns of signals are stored as in segments, all others try a dictionary first. So do maps: in the table's order a row group
     * has the attributes of few services, which repeat more than those of a segment.
     */
    private static Map<String, Column.Encoding> encodings(Table table)
    {
        Map<String, Column.Encoding> encodings = new HashMap<>();
        for (NestedField column : table.schema().columns()) {
            encodings.put(column.name(), Column.Encoding.DICTIONARY);
        }
        for (Signal signal : Signal.values()) {
            for (Column column : signal.shape().columns()) {
                NestedField field = table.schema().findField(column.name());
                if (field != null && field.type().typeId() == column.type().typeId() && !field.type().isMapType()) {
                    encodings.put(column.name(), column.encoding());
                }
            }
        }
        return encodings;
    }

    TableLayout layout()
    {
        return layout;
    }

    List<ColumnDescriptor> leaves()
    {
        return layout.columns();
    }

    private boolean isOptional(ColumnDescriptor leaf)
    {
        return table.schema().findField(leaf.getPath()[0]).isOptional();
    }

    /**
     * Returns the index of the leaf that a primitive top-level column is.
     */
    int leaf(int fieldId)
    {
        for (int leaf = 0; leaf < leaves().size(); leaf++) {
            ColumnDescriptor column = leaves().get(leaf);
            if (column.getPath().length == 1 && id(column) == fieldId) {
                return leaf;
            }
        }
        throw new MergeRefusedException("Cannot merge files of table %s: it is sorted or partitioned by field %s, which is no top-level column".formatted(table.name(), fieldId));
    }

    /**
     * Returns how often the bloom filter of a column may err; empty when it has none.
     */
    OptionalDouble bloomFpp(int leaf)
    {
        ColumnDescriptor column = leaves().get(leaf);
        String name = column.getPath()[0];
        if (column.getPath().length > 1 || !Boolean.parseBoolean(table.properties().get(BLOOM_ENABLED + name))) {
            return OptionalDouble.empty();
        }
        String fpp = table.properties().get(BLOOM_FPP + name);
        return OptionalDouble.of(fpp == null ? BLOOM_FPP_DEFAULT : Double.parseDouble(fpp));
    }

    /**
     * True for a column of which planners should know how many different values it has: texts and integers that repeat, or that are
     * looked up by single values. What is measured, and what is long, is in no such condition.
     */
    boolean isCounted(int leaf)
    {
        ColumnDescriptor column = leaves().get(leaf);
        String name = column.getPath()[0];
        return column.getPath().length == 1
                && COUNTED_TYPES.contains(table.schema().findType(id(column)).typeId())
                && (encodings.get(name) == Column.Encoding.DICTIONARY || bloomFpp(leaf).isPresent());
    }

    /**
     * Returns the id of the field that a leaf is.
     */
    int field(int leaf)
    {
        return id(leaves().get(leaf));
    }

    /**
     * Finds a column of the table in a file.
     *
     * @return empty when the file was written before the column was added
     */
    Optional<FileLeaf> find(LocalFile file, int leaf)
    {
        ColumnDescriptor column = leaves().get(leaf);
        FileLeaf found = file.leaves().get(id(column));
        if (found == null) {
            boolean partly = leaves().stream().anyMatch(other -> other.getPath()[0].equals(column.getPath()[0]) && file.leaves().containsKey(id(other)));
            if (partly || !isOptional(column)) {
                throw new MergeRefusedException("Cannot merge %s: it lacks column %s".formatted(file.location(), String.join(".", column.getPath())));
            }
        }
        return Optional.ofNullable(found);
    }

    /**
     * Returns what the pages of a column share.
     */
    SharedValues share(int leaf)
    {
        return new SharedValues(leaves().get(leaf).getMaxDefinitionLevel(), layout.hasTextDictionary(leaf));
    }

    /**
     * Opens the pages of a column of a file; null when the file lacks it.
     */
    @Nullable
    PageReader open(LocalFile file, int leaf, SharedValues shared, ZstdDecompressCtx zstd)
    {
        ColumnDescriptor column = leaves().get(leaf);
        return find(file, leaf).map(found -> new PageReader(file, found, column, isOptional(column), shared, zstd)).orElse(null);
    }

    private static int id(ColumnDescriptor column)
    {
        return column.getPrimitiveType().getId().intValue();
    }
}
