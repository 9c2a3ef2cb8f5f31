package io.icegate.maintenance.merge;

import com.github.luben.zstd.ZstdDecompressCtx;
import org.apache.iceberg.MetadataColumns;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.BitSet;
import java.util.Map;

import static java.lang.Math.toIntExact;

/**
 * Reads which rows a position-delete file takes away.
 */
final class PositionDeletes
{
    private static final int PATH = MetadataColumns.DELETE_FILE_PATH.fieldId();
    private static final int POSITION = MetadataColumns.DELETE_FILE_POS.fieldId();
    private static final MessageType MESSAGE = Types.buildMessage()
            .required(PrimitiveTypeName.BINARY).id(PATH).named("file_path")
            .required(PrimitiveTypeName.INT64).id(POSITION).named("pos")
            .named("table");

    private PositionDeletes() {}

    /**
     * @param deleted rows by location of their file; those of other files are passed over
     */
    static void read(LocalFile file, Map<Binary, BitSet> deleted, ZstdDecompressCtx zstd)
            throws IOException
    {
        PageReader paths = open(file, 0, PATH, zstd);
        PageReader positions = open(file, 1, POSITION, zstd);
        PageValues path = paths.next();
        PageValues position = positions.next();
        for (int row = 0; row < file.rows(); row++) {
            path = at(path, row, paths);
            position = at(position, row, positions);
            BitSet rows = deleted.get(((PageValues.Texts) path).text(path.value(row)));
            if (rows != null) {
                rows.set(toIntExact(((PageValues.Numbers) position).number(position.value(row))));
            }
        }
    }

    private static PageReader open(LocalFile file, int column, int id, ZstdDecompressCtx zstd)
    {
        FileLeaf leaf = file.leaves().get(id);
        if (leaf == null) {
            throw new MergeRefusedException("Cannot read position deletes %s: column %s is missing".formatted(file.location(), MESSAGE.getFieldName(column)));
        }
        ColumnDescriptor descriptor = MESSAGE.getColumns().get(column);
        return new PageReader(file, leaf, descriptor, false, new SharedValues(descriptor.getMaxDefinitionLevel(), false), zstd);
    }

    private static PageValues at(@Nullable PageValues page, int row, PageReader reader)
            throws IOException
    {
        PageValues current = page;
        while (current != null && row >= current.end()) {
            current = reader.next();
        }
        if (current == null) {
            throw MergeRefusedException.damaged("Cannot read position deletes: row %s is missing".formatted(row));
        }
        return current;
    }
}
