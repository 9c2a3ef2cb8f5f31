package io.icegate.receiver;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Predicate;

/**
 * A copy of a warehouse in a local folder, file by file, as tools take it while receivers go on.
 */
record WarehouseCopy(Path warehouse, Path copy)
{
    /**
     * The folder of the catalog, which names everything else.
     */
    void copyCatalog()
            throws IOException
    {
        copy(top -> top.equals("_catalog"));
    }

    void copyTheRest()
            throws IOException
    {
        copy(top -> !top.equals("_catalog"));
    }

    /**
     * Puts the copy in the place of the warehouse.
     */
    void restore()
            throws IOException
    {
        Files.move(warehouse, warehouse.resolveSibling("lost"));
        Files.move(copy, warehouse);
    }

    private void copy(Predicate<String> topFolder)
            throws IOException
    {
        Files.walkFileTree(warehouse, new SimpleFileVisitor<>()
        {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                    throws IOException
            {
                Path name = warehouse.relativize(file);
                if (topFolder.test(name.getName(0).toString()) && !file.getFileName().toString().startsWith(".tmp-")) {
                    Path target = copy.resolve(name);
                    Files.createDirectories(target.getParent());
                    try {
                        Files.copy(file, target);
                    }
                    catch (NoSuchFileException _) {
                        // collected meanwhile
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure)
            {
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
