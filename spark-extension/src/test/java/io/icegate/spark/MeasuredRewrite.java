package io.icegate.spark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Rewrites the tables that it is told, one a line, until there is no line any more: the benchmark of merges asks the system what
 * that took. Says {@code READY} when there is a session, and {@code DONE} after each table.
 */
final class MeasuredRewrite
{
    private MeasuredRewrite() {}

    public static void main(String[] arguments)
            throws IOException
    {
        TestingSpark spark = TestingSpark.open(Path.of(arguments[0]));
        spark.sql("SHOW TABLES IN {c}.otel");
        System.out.println("READY");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String table = in.readLine(); table != null; table = in.readLine()) {
            spark.sql("CALL {c}.system.rewrite_data_files(table => '%s', strategy => 'sort', options => map('rewrite-all', 'true'))".formatted(table));
            System.out.println("DONE");
        }
        TestingSpark.session().stop();
    }
}
