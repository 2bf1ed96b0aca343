namespace K8sLb.Sidecar.Relay.Loop.Epoll;

/// <summary>What epoll tells of.</summary>
internal interface IEpollTarget
{
    void OnEvents(uint events);
}

/// <summary>
/// Targets by slot and generation. Events of one wait can be stale: a descriptor closed while an earlier one was served
/// may even have been given out again. The generation in the event's data tells.
/// </summary>
internal sealed class DescriptorTable
{
    private IEpollTarget?[] targets = new IEpollTarget?[64];
    private uint[] generations = new uint[64];
    private readonly Stack<int> free = new();
    private int used;

    /// <returns>What the event's data must carry.</returns>
    public ulong Add(IEpollTarget target)
    {
        if (!free.TryPop(out var slot))
        {
            slot = used++;
            if (slot == targets.Length)
            {
                Array.Resize(ref targets, slot * 2);
                Array.Resize(ref generations, slot * 2);
            }
        }
        targets[slot] = target;
        return (ulong)generations[slot] << 32 | (uint)slot;
    }

    public void Remove(ulong data)
    {
        var slot = (int)(uint)data;
        targets[slot] = null;
        generations[slot]++;
        free.Push(slot);
    }

    /// <summary>All that are there now.</summary>
    public IReadOnlyList<IEpollTarget> All => [.. targets.OfType<IEpollTarget>()];

    /// <summary>Null where the event is stale.</summary>
    public IEpollTarget? Find(ulong data)
    {
        var slot = (int)(uint)data;
        return generations[slot] == (uint)(data >> 32) ? targets[slot] : null;
    }
}
