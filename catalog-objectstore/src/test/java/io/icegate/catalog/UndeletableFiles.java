package io.icegate.catalog;

import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;

/**
 * Reads and writes as another one does, and deletes nothing.
 */
record UndeletableFiles(FileIO io)
        implements FileIO
{
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
        throw new UnsupportedOperationException("Cannot delete " + path);
    }
}
