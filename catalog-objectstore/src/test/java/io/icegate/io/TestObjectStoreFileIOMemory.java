package io.icegate.io;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;

import static org.assertj.core.api.Assertions.assertThat;

final class TestObjectStoreFileIOMemory
        extends AbstractTestObjectStoreFileIO
{
    @Override
    protected String warehouse()
    {
        return "memory:" + getClass().getName();
    }

    @AfterEach
    void forget()
    {
        MemoryObjectStore.forget(getClass().getName());
        MemoryObjectStore.forget("elsewhere");
    }

    @Test
    void testOtherName()
            throws IOException
    {
        write("memory:elsewhere/a/b", new byte[] {1});
        assertThat(MemoryObjectStore.named("elsewhere").get(new ObjectKey("a/b"))).isPresent();
    }
}
