using K8sLb.Core;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Sessions;

namespace K8sLb.Operator.Tests.Sessions;

/// <summary>Keeps the keys of one pool in memory; the test says what goes wrong.</summary>
internal sealed class KeyShelf : ISessionKeyStore
{
    private int version;

    public IReadOnlyList<SessionKeyRecord> Stored { get; private set; } = [];
    public Exception? Fails { get; set; }

    /// <summary>Answers wait for it.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public async Task<StoredKeys> ReadAsync(ObjectKey pool, string uid, CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        return Fails is { } error ? throw error
            : version == 0 ? new StoredKeys([], null)
            : new StoredKeys(Stored, $"{version}");
    }

    public Task WriteAsync(
        ObjectKey pool,
        string uid,
        IReadOnlyList<SessionKeyRecord> keys,
        string? expected,
        CancellationToken cancellationToken
    )
    {
        (expected ?? "0").ShouldBe($"{version}");
        Stored = keys;
        version++;
        return Task.CompletedTask;
    }
}
