package io.icegate.wal.format;

import io.icegate.wal.BatchId;
import io.icegate.wal.BatchRange;
import io.icegate.wal.format.PositionDeleteEncoder.EncodedPositionDeletes;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestPositionDeleteEncoder
{
    private static final Schema DELETES = new Schema(MetadataColumns.DELETE_FILE_PATH, MetadataColumns.DELETE_FILE_POS);
    private static final String SEGMENT = "s3://lake/wh/_wal/v1/ü.parquet";

    @Test
    void testReadsBack()
    {
        assertReadsBack(List.of(range(0, 1)));
        assertReadsBack(List.of(range(131_000, 72), range(3, 5), range(8, 1)));
        assertReadsBack(List.of(range(0, 100_000)));
        assertReadsBack(List.of(range(5, 100_001), range(200_000, 200_000)));
    }

    @Test
    void testSameRangesSameBytes()
    {
        assertThat(PositionDeleteEncoder.encode(SEGMENT, List.of(range(10, 2), range(1, 3))).content())
                .isEqualTo(PositionDeleteEncoder.encode(SEGMENT, List.of(range(1, 3), range(10, 2))).content());
    }

    @Test
    void testDeleteFile()
    {
        EncodedPositionDeletes deletes = PositionDeleteEncoder.encode(SEGMENT, List.of(range(10, 2), range(1, 3)));
        DeleteFile file = deletes.deleteFile(PartitionSpec.unpartitioned(), "s3://lake/wh/_live/d.parquet");
        assertThat(file.content()).isEqualTo(FileContent.POSITION_DELETES);
        assertThat(file.location()).isEqualTo("s3://lake/wh/_live/d.parquet");
        assertThat(file.referencedDataFile()).isEqualTo(SEGMENT);
        assertThat(file.recordCount()).isEqualTo(5);
        assertThat(file.fileSizeInBytes()).isEqualTo(deletes.content().length);
        int position = MetadataColumns.DELETE_FILE_POS.fieldId();
        assertThat((Long) Conversions.fromByteBuffer(Types.LongType.get(), file.lowerBounds().get(position))).isEqualTo(1);
        assertThat((Long) Conversions.fromByteBuffer(Types.LongType.get(), file.upperBounds().get(position))).isEqualTo(11);
    }

    @Test
    void testRefusesOverlapAndNothing()
    {
        assertThatThrownBy(() -> PositionDeleteEncoder.encode(SEGMENT, List.of(range(0, 3), range(2, 1))))
                .hasMessage("Cannot delete rows of %s: the ranges overlap at row 2".formatted(SEGMENT));
        assertThatThrownBy(() -> PositionDeleteEncoder.encode(SEGMENT, List.of()))
                .hasMessage("Cannot delete rows of %s: there are none".formatted(SEGMENT));
    }

    private static void assertReadsBack(List<BatchRange> ranges)
    {
        List<Long> expected = new ArrayList<>();
        for (BatchRange range : ranges) {
            for (long i = 0; i < range.rows(); i++) {
                expected.add(range.firstRow() + i);
            }
        }
        expected.sort(null);
        List<Long> positions = new ArrayList<>();
        SegmentRows.read(PositionDeleteEncoder.encode(SEGMENT, ranges).content(), DELETES).forEach(row -> {
            assertThat(row.getField("file_path")).isEqualTo(SEGMENT);
            positions.add((Long) row.getField("pos"));
        });
        assertThat(positions).isEqualTo(expected);
    }

    private static BatchRange range(int first, int rows)
    {
        return new BatchRange(new BatchId(first, rows), 0, first, rows);
    }
}
