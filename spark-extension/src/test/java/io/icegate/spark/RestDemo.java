package io.icegate.spark;

import org.apache.iceberg.spark.SparkCatalog;
import org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions;
import org.apache.spark.sql.SparkSession;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/**
 * What Spark does with our REST catalog and nothing else of ours, in a process whose class path is Spark and the Iceberg runtime.
 */
final class RestDemo
{
    static final String DONE = "REST OK";

    private RestDemo() {}

    /**
     * @param arguments address of the catalog; a table that is there, with rows that wait; how many rows are committed; and how many are live
     */
    public static void main(String[] arguments)
            throws IOException, InterruptedException
    {
        verifyStock();
        String uri = arguments[0];
        try (SparkSession spark = session()) {
            catalog(spark, "lake", uri, "icegate");
            catalog(spark, "live", uri, "live");
            spark.sql("CREATE NAMESPACE lake.web");
            spark.sql("CREATE TABLE lake.web.t (id bigint, name string) USING iceberg PARTITIONED BY (bucket(2, id))");
            spark.sql("INSERT INTO lake.web.t SELECT id, concat('n', id) FROM range(10)");
            String version = version(uri);
            spark.sql("ALTER TABLE lake.web.t ADD COLUMN city string");
            spark.sql("INSERT INTO lake.web.t VALUES (10, 'n10', 'Ulm'), (11, 'n11', 'Bonn')");
            spark.sql("DELETE FROM lake.web.t WHERE id < 3");
            spark.sql("UPDATE lake.web.t SET city = 'Ulm' WHERE id = 5");
            expect(spark, "SELECT count(*), sum(id), count_if(city = 'Ulm') FROM lake.web.t", "[[9,63,2]]");
            spark.sql("CREATE VIEW lake.web.v AS SELECT id FROM lake.web.t WHERE city = 'Ulm'");
            expect(spark, "SELECT id FROM lake.web.v ORDER BY id", "[[5], [10]]");

            catalog(spark, "past", uri, "at-version:" + version);
            expect(spark, "SELECT count(*), sum(id) FROM past.web.t", "[[10,45]]");
            expect(spark, "SELECT count(*) FROM lake." + arguments[1], "[[%s]]".formatted(arguments[2]));
            expect(spark, "SELECT count(*) FROM live." + arguments[1], "[[%s]]".formatted(arguments[3]));
        }
        System.out.println(DONE);
    }

    private static void verifyStock()
    {
        try {
            Class.forName("io.icegate.catalog.ObjectStoreCatalog");
        }
        catch (ClassNotFoundException e) {
            return;
        }
        throw new IllegalStateException("Cannot tell what Spark does without our classes: they are here");
    }

    private static SparkSession session()
    {
        return SparkSession.builder()
                .master("local[1]")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.sql.extensions", IcebergSparkSessionExtensions.class.getName())
                .config("spark.sql.shuffle.partitions", "1")
                .config("spark.ui.enabled", "false")
                .getOrCreate();
    }

    private static void catalog(SparkSession spark, String name, String uri, String warehouse)
    {
        String prefix = "spark.sql.catalog." + name;
        spark.conf().set(prefix, SparkCatalog.class.getName());
        spark.conf().set(prefix + ".type", "rest");
        spark.conf().set(prefix + ".uri", uri);
        spark.conf().set(prefix + ".warehouse", warehouse);
        spark.conf().set(prefix + ".cache-enabled", "false");
    }

    /**
     * The newest version of the catalog.
     */
    private static String version(String uri)
            throws IOException, InterruptedException
    {
        String changes = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(uri + "/v1/icegate/changes")).build(), HttpResponse.BodyHandlers.ofString()).body();
        return changes.replaceFirst("(?s).*\"next\":([0-9]+).*", "$1");
    }

    private static void expect(SparkSession spark, String query, String rows)
    {
        String found = spark.sql(query).collectAsList().toString();
        if (!found.equals(rows)) {
            throw new IllegalStateException("Cannot trust the catalog: '%s' read %s, not %s".formatted(query, found, rows));
        }
    }
}
