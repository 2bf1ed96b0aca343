namespace K8sLb.Sidecar.Http.Upstreams;

/// <summary>
/// Counts who uses something that is to be given up at some time: it ends when that is asked for and nobody uses it any more. One atomic
/// word; nobody waits.
/// </summary>
internal sealed class Leases(Action end)
{
    private const int Retired = 1 << 30;
    private int word;

    public int Count => Volatile.Read(ref word) & ~Retired;

    /// <summary>False where it has been given up.</summary>
    public bool TryTake()
    {
        var seen = Volatile.Read(ref word);
        while ((seen & Retired) == 0)
        {
            var other = Interlocked.CompareExchange(ref word, seen + 1, seen);
            if (other == seen)
            {
                return true;
            }
            seen = other;
        }
        return false;
    }

    public void Return()
    {
        if (Interlocked.Decrement(ref word) == Retired)
        {
            end();
        }
    }

    /// <summary>Once: nobody takes it any more, and the last one who has it ends it.</summary>
    public void Retire()
    {
        if (Interlocked.Or(ref word, Retired) == 0)
        {
            end();
        }
    }
}
