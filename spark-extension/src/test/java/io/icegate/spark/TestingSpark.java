package io.icegate.spark;

import org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A warehouse and the name of a catalog on it, in the one Spark session of this JVM.
 */
record TestingSpark(String catalog, String warehouse)
{
    private static final AtomicInteger catalogs = new AtomicInteger();

    /**
     * One session for all tests: starting it costs seconds.
     */
    private static final class Session
    {
        static final SparkSession SPARK = SparkSession.builder()
                .master("local[2]")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.sql.extensions", IcebergSparkSessionExtensions.class.getName())
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.sql.warehouse.dir", "target/spark-warehouse")
                .config("spark.ui.enabled", "false")
                .getOrCreate();

        private Session() {}
    }

    /**
     * A new catalog. It has no cache, so that what another process commits is seen at once.
     */
    static TestingSpark open(Path folder)
    {
        return open(folder, Map.of("cache-enabled", "false"));
    }

    static TestingSpark open(Path folder, Map<String, String> options)
    {
        return open("file:" + folder.toAbsolutePath(), options);
    }

    static TestingSpark open(String warehouse, Map<String, String> options)
    {
        TestingSpark opened = new TestingSpark("icegate" + catalogs.incrementAndGet(), warehouse);
        String prefix = "spark.sql.catalog." + opened.catalog();
        session().conf().set(prefix, IceGateSparkCatalog.class.getName());
        session().conf().set(prefix + ".warehouse", opened.warehouse());
        options.forEach((key, value) -> session().conf().set(prefix + "." + key, value));
        return opened;
    }

    static SparkSession session()
    {
        return Session.SPARK;
    }

    /**
     * Runs a statement in which {@code {c}} stands for the catalog.
     */
    List<Row> sql(String statement)
    {
        return session().sql(statement.replace("{c}", catalog)).collectAsList();
    }

    /**
     * The first column of the first row.
     */
    Object value(String statement)
    {
        return sql(statement).get(0).get(0);
    }

    /**
     * Every row of a table as JSON: a multiset to compare.
     */
    List<String> rows(String table)
    {
        return sql("SELECT to_json(struct(*)) FROM {c}." + table).stream().map(row -> row.getString(0)).toList();
    }

    /**
     * The catalog inside Spark's, as this session uses it.
     */
    IceGateSparkCatalog sparkCatalog()
    {
        return (IceGateSparkCatalog) session().sessionState().catalogManager().catalog(catalog);
    }
}
