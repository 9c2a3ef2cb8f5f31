package io.icegate.io;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

final class TestObjectStoreFileIOLocal
        extends AbstractTestObjectStoreFileIO
{
    @TempDir
    private Path folder;

    @Override
    protected String warehouse()
    {
        return "file:" + folder;
    }

    @Test
    void testSpellingsOfOneFile()
            throws IOException
    {
        write(location("x"), new byte[] {1});
        assertThat(read(io().newInputFile(folder + "/x"))).containsExactly(1);
        assertThat(read(io().newInputFile("file://" + folder + "/x"))).containsExactly(1);
        assertThat(list(folder.toString())).containsExactly(folder + "/x");
        assertThat(list("file:" + folder)).containsExactly("file:" + folder + "/x");
    }
}
