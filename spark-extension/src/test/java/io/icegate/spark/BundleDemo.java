package io.icegate.spark;

import java.nio.file.Path;
import java.util.List;

/**
 * What a first user does, in a process whose class path is Spark, the Iceberg runtime and our jar.
 */
final class BundleDemo
{
    static final String DONE = "BUNDLE OK";

    private BundleDemo() {}

    public static void main(String[] arguments)
    {
        TestingSpark spark = TestingSpark.open(Path.of(arguments[0]));
        spark.sql("CREATE NAMESPACE {c}.db");
        spark.sql("CREATE TABLE {c}.db.events (id bigint, name string) USING iceberg");
        spark.sql("INSERT INTO {c}.db.events SELECT id, concat('n', id) FROM range(100)");
        spark.sql("DELETE FROM {c}.db.events WHERE id % 10 = 3");
        spark.sql("CALL {c}.system.rewrite_data_files(table => 'db.events', options => map('rewrite-all', 'true'))");
        List<?> rows = spark.sql("SELECT count(*), sum(id) FROM {c}.db.events");
        if (!rows.toString().equals("[[90,4470]]")) {
            throw new IllegalStateException("Cannot trust the bundle: read " + rows);
        }
        System.out.println(DONE);
        TestingSpark.session().stop();
    }
}
