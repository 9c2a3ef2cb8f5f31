package io.icegate.catalog;

import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.SupportsBulkOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Deletes the files of a dropped table, but none that another table could need. Metadata may name foreign files:
 * procedures that copy a table, or add files to one, make two tables share them.
 */
final class PurgeFileIO
        implements FileIO, SupportsBulkOperations
{
    private static final Logger log = LoggerFactory.getLogger(PurgeFileIO.class);
    private static final int BATCH_MAX = 1000;

    private final FileIO io;
    private final Predicate<String> deletable;

    PurgeFileIO(FileIO io, Predicate<String> deletable)
    {
        this.io = io;
        this.deletable = deletable;
    }

    @Override
    public InputFile newInputFile(String path)
    {
        return io.newInputFile(path);
    }

    @Override
    public OutputFile newOutputFile(String path)
    {
        return io.newOutputFile(path);
    }

    @Override
    public void deleteFile(String path)
    {
        if (isDeletable(path)) {
            io.deleteFile(path);
        }
    }

    @Override
    public void deleteFiles(Iterable<String> paths)
    {
        List<String> batch = new ArrayList<>();
        for (String path : paths) {
            if (isDeletable(path)) {
                batch.add(path);
            }
            if (batch.size() == BATCH_MAX) {
                delete(batch);
                batch.clear();
            }
        }
        delete(batch);
    }

    private void delete(List<String> paths)
    {
        if (io instanceof SupportsBulkOperations bulk) {
            if (!paths.isEmpty()) {
                bulk.deleteFiles(paths);
            }
            return;
        }
        paths.forEach(io::deleteFile);
    }

    private boolean isDeletable(String path)
    {
        boolean free = deletable.test(path);
        if (!free) {
            log.warn("purge file={} outcome=kept: it lies in the folder of another table", path);
        }
        return free;
    }
}
