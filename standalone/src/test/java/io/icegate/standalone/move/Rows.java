package io.icegate.standalone.move;

import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.InternalData;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.types.Types;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Tables of one column, with rows in files of Avro, which Iceberg's core reads and writes itself.
 */
final class Rows
{
    static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));

    private Rows() {}

    static void append(Table table, long... ids)
            throws IOException
    {
        OutputFile file = table.io().newOutputFile(table.locationProvider().newDataLocation("rows-%s.avro".formatted(System.nanoTime())));
        FileAppender<StructLike> appender = InternalData.write(FileFormat.AVRO, file).schema(table.schema()).build();
        try (appender) {
            for (long id : ids) {
                GenericRecord row = GenericRecord.create(table.schema());
                row.setField("id", id);
                appender.add(row);
            }
        }
        DataFile written = DataFiles.builder(PartitionSpec.unpartitioned()).withPath(file.location()).withFormat(FileFormat.AVRO).withFileSizeInBytes(appender.length()).withRecordCount(ids.length).build();
        table.newAppend().appendFile(written).commit();
    }

    static List<Long> read(Table table)
            throws IOException
    {
        List<Long> ids = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                try (CloseableIterable<StructLike> rows = InternalData.read(FileFormat.AVRO, table.io().newInputFile(task.file().location())).project(table.schema()).build()) {
                    rows.forEach(row -> ids.add(row.get(0, Long.class)));
                }
            }
        }
        return ids.stream().sorted().toList();
    }
}
