package io.icegate.benchmarks;

import io.icegate.standalone.process.Installation;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Locale;

/**
 * An engine that rewrites a table in the table's sort order, in a process of its own that is ready when it is opened.
 */
interface MergePeer
        extends AutoCloseable
{
    /**
     * An engine that can be measured.
     */
    enum Engine
    {
        TRINO,
        SPARK;

        MergePeer start(Installation installation, Path folder, Path warehouse)
                throws InterruptedException, IOException
        {
            return switch (this) {
                case TRINO -> new TrinoMerge(installation, folder, warehouse);
                case SPARK -> new SparkMerge(installation, folder, warehouse);
            };
        }

        @Override
        public String toString()
        {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What it is and what it executes, with versions.
     */
    String description();

    ProcessHandle process();

    void rewrite(Payload payload)
            throws SQLException, IOException;

    @Override
    void close();
}
