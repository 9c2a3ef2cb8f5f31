package io.icegate.catalog.check;

import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileIO;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Gathers what is broken in one table. An object that is absent, or there and no sense, is a finding; a store that does not answer is
 * none, and ends the check.
 */
final class Findings
{
    private final TableIdentifier table;
    private final FileIO io;
    private final List<BrokenReference> broken = new ArrayList<>();
    private long objectCount;

    Findings(TableIdentifier table, FileIO io)
    {
        this.table = table;
        this.io = io;
    }

    TableIdentifier table()
    {
        return table;
    }

    /**
     * Counts objects that were looked at.
     */
    void looked(long objects)
    {
        objectCount += objects;
    }

    void add(String location, String problem, String remedy)
    {
        broken.add(new BrokenReference(table, location, problem, remedy));
    }

    /**
     * @param what it is, to go before "is missing"
     * @return nothing when that became a finding
     */
    <T> Optional<T> read(String location, String what, String remedy, Supplier<T> reader)
    {
        objectCount++;
        try {
            return Optional.of(reader.get());
        }
        catch (NotFoundException e) {
            add(location, what + " is missing", remedy);
        }
        catch (RuntimeException e) {
            verifyStoreAnswers(location, e);
            add(location, "%s cannot be read: %s".formatted(what, e.getMessage()), remedy);
        }
        return Optional.empty();
    }

    /**
     * What the store gives in full is broken by its content; everything else may be a fault of now.
     */
    private void verifyStoreAnswers(String location, RuntimeException failure)
    {
        try (InputStream in = io.newInputFile(location).newStream()) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
            throw new RuntimeIOException(new IOException(failure), "Cannot check %s: cannot read %s: %s", table, location, e.getMessage());
        }
    }

    ReferenceCheck.Result result()
    {
        return new ReferenceCheck.Result(objectCount, broken);
    }
}
