namespace K8sLb.Sidecar.Relay.Loop.Epoll;

/// <summary>
/// Pipes of one loop. Few and reused: without privileges a user's pipes may hold 64 MiB together
/// (/proc/sys/fs/pipe-user-pages-soft), and beyond that each gets a single page.
/// </summary>
internal sealed unsafe class PipePool : IDisposable
{
    /// <summary>Bytes that a pipe holds, where the system grants it.</summary>
    public const int Capacity = 512 * 1024;
    private const int MaxPipes = 32;

    private readonly Stack<SplicePipe> idle = new();
    private int made;
    private bool unavailable;

    /// <summary>Null where there is none: copy instead.</summary>
    public SplicePipe? TryRent() =>
        idle.TryPop(out var pipe) ? pipe
        : unavailable || made >= MaxPipes ? null
        : Make();

    /// <summary>A pipe with bytes in it that nobody wants any more is not used again.</summary>
    public void Return(SplicePipe pipe)
    {
        if (pipe.Held == 0)
        {
            idle.Push(pipe);
            return;
        }
        Close(pipe);
        made--;
    }

    public void Dispose()
    {
        while (idle.TryPop(out var pipe))
        {
            Close(pipe);
        }
    }

    private SplicePipe? Make()
    {
        var ends = stackalloc int[2];
        if (Libc.Pipe(ends, Libc.O_NONBLOCK | Libc.O_CLOEXEC) < 0)
        {
            return null;
        }
        var pipe = new SplicePipe(ends[0], ends[1]);
        if (Libc.Control(pipe.WriteEnd, Libc.F_SETPIPE_SZ, Capacity) < 0)
        {
            // Small pipes cost more calls than copying does.
            unavailable = true;
            Close(pipe);
            return null;
        }
        made++;
        return pipe;
    }

    private static void Close(SplicePipe pipe)
    {
        Libc.Close(pipe.ReadEnd);
        Libc.Close(pipe.WriteEnd);
    }
}
