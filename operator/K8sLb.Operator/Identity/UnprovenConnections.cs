using System.Net;
using K8sLb.Operator.Diagnostics;
using K8sLb.Operator.Hub;
using Microsoft.AspNetCore.Connections;

namespace K8sLb.Operator.Identity;

/// <summary>
/// Bounds the connections whose sidecar has not proven who it is, for each source and for all, and their time. What is beyond is
/// closed before it costs a handshake.
/// </summary>
internal sealed class UnprovenConnections(HubOptions options, RefusalLog refusals, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, int> bySource = [];
    private int all;

    public int Count
    {
        get
        {
            lock (gate)
            {
                return all;
            }
        }
    }

    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var source = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        if (!TryEnter(source))
        {
            Refuse(connection, source, RefusalReasons.TooManyUnproven, "too many connections of nobody knows whom");
            return;
        }
        using var proof = new ConnectionProof(() => Leave(source));
        connection.Features.Set(proof);
        await using var limit = time.CreateTimer(
            _ =>
            {
                if (!proof.IsGiven)
                {
                    Refuse(connection, source, RefusalReasons.NoProofInTime, $"no proof within {options.ProofTimeout}");
                }
            },
            null,
            options.ProofTimeout,
            Timeout.InfiniteTimeSpan
        );
        await next(connection);
    }

    private void Refuse(ConnectionContext connection, IPAddress source, string reason, string message)
    {
        OperatorMetrics.CountRefusal(reason);
        refusals.Refused(source, reason, message);
        connection.Abort(new ConnectionAbortedException(message));
    }

    private bool TryEnter(IPAddress source)
    {
        lock (gate)
        {
            var ofSource = bySource.GetValueOrDefault(source);
            if (all >= options.MaxUnproven || ofSource >= options.MaxUnprovenBySource)
            {
                return false;
            }
            bySource[source] = ofSource + 1;
            all++;
            return true;
        }
    }

    private void Leave(IPAddress source)
    {
        lock (gate)
        {
            all--;
            if (--bySource[source] == 0)
            {
                bySource.Remove(source);
            }
        }
    }
}

/// <summary>A connection's place among the unproven; given up with the proof, or with the connection.</summary>
internal sealed class ConnectionProof(Action leave) : IDisposable
{
    private int left;

    public bool IsGiven { get; private set; }

    public void Give()
    {
        IsGiven = true;
        Dispose();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref left, 1) == 0)
        {
            leave();
        }
    }
}
