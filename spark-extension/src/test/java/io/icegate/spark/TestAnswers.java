package io.icegate.spark;

import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalLayout;
import io.icegate.wal.answer.AnswerColumn;
import io.icegate.wal.answer.AnswerContract;
import io.icegate.wal.answer.AnswerType;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.status.WriterStatus;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Procedures whose columns and rows are those of every engine.
 */
final class TestAnswers
{
    private static final TableIdentifier LOGS = TableIdentifier.of("otel", "logs");
    private static final Map<DataType, AnswerType> TYPES = Map.of(
            DataTypes.StringType, AnswerType.TEXT,
            DataTypes.LongType, AnswerType.NUMBER,
            DataTypes.TimestampType, AnswerType.TIME,
            DataTypes.BooleanType, AnswerType.FLAG);

    @Test
    void testWalStatus(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        spark.sql("CREATE NAMESPACE {c}.db");
        spark.sql("CREATE TABLE {c}.db.plain (id bigint) USING iceberg");
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            wal.append(1, 0, 9);
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            wal.append(2, 10, 14);
            Row row = spark.sql("CALL {c}.system.wal_status(table => 'otel.logs')").get(0);
            assertThat(columns(row)).isEqualTo(AnswerContract.WAL_STATUS);
            assertThat(row.mkString(" ")).startsWith("otel logs %s open localhost 1 1 5 ".formatted(wal.writer()));

            List<List<String>> before;
            List<List<String>> actual;
            do { // unless the writer beats meanwhile
                before = expected(wal);
                actual = spark.sql("CALL {c}.system.wal_status()").stream().map(TestAnswers::text).toList();
            }
            while (!before.equals(expected(wal)));
            assertThat(actual).isEqualTo(before);
            assertThat(spark.sql("CALL {c}.system.wal_status('db.plain')")).isEmpty();
            assertThatThrownBy(() -> spark.sql("CALL {c}.system.wal_status('db.missing')"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Cannot use 'table' = 'db.missing': there is no such table");
        }
    }

    /**
     * A damaged registry entry, or table, is a row beside the others.
     */
    @Test
    void testWalStatusOfWhatCannotBeRead(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse());
                TestingWal other = new TestingWal(spark.warehouse())) {
            wal.append(1, 0, 9);
            Files.writeString(folder.resolve(WalLayout.registryEntry(other.writer()).value()), "{");
            assertThat(spark.sql("CALL {c}.system.wal_status('otel.logs')").stream().map(row -> row.getAs("state").toString())).containsExactlyInAnyOrder("open", "unreadable");

            BaseTable table = (BaseTable) wal.catalog().loadTable(LOGS);
            Files.delete(Path.of(URI.create(table.operations().current().metadataFileLocation())));
            Row lost = spark.sql("CALL {c}.system.wal_status('otel.logs')").get(0);
            assertThat(lost.isNullAt(lost.fieldIndex("writer"))).isTrue();
            assertThat(lost.<String>getAs("problem")).isNotBlank();
        }
    }

    private static List<List<String>> expected(TestingWal wal)
    {
        EngineWal engine = new EngineWal(wal.catalog().warehouse(), new ParquetSegmentCodec(), WalEnvironment.system(Runnable::run), EngineWal.Limits.DEFAULT);
        return rows(WriterStatus.COLUMNS, engine.writers(LOGS, () -> ((BaseTable) wal.catalog().loadTable(LOGS)).operations().current()));
    }

    private static <R> List<List<String>> rows(List<AnswerColumn<R>> columns, List<R> rows)
    {
        return rows.stream().map(row -> AnswerContract.row(columns, row)).toList();
    }

    private static List<String> columns(Row row)
    {
        return Stream.of(row.schema().fields()).map(field -> field.name() + " " + TYPES.get(field.dataType())).toList();
    }

    private static List<String> text(Row row)
    {
        return IntStream.range(0, row.size()).mapToObj(row::get)
                .map(value -> value instanceof Timestamp time ? time.toInstant() : value)
                .map(value -> value == null ? "NULL" : AnswerContract.text(value))
                .toList();
    }
}
