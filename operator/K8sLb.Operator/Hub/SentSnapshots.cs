using System.Globalization;

namespace K8sLb.Operator.Hub;

/// <summary>
/// What one stream was sent, by nonce. Written by its writer, answered by its reader; a nonce of another stream, or one
/// that is long superseded, is unknown here.
/// </summary>
public sealed class SentSnapshots
{
    private const int Remembered = 8;

    private readonly Lock gate = new();
    private readonly Queue<(string Nonce, long Version)> sent = new();
    private readonly string stream = Guid.NewGuid().ToString("n")[..8];
    private bool unanswered;
    private long lastVersion;

    /// <summary>The last snapshot has no answer yet.</summary>
    public bool Unanswered
    {
        get
        {
            lock (gate)
            {
                return unanswered;
            }
        }
    }

    public long LastVersion
    {
        get
        {
            lock (gate)
            {
                return lastVersion;
            }
        }
    }

    /// <summary>Versions that this stream never gets when <paramref name="version"/> is sent next.</summary>
    public long Skipped(long version)
    {
        lock (gate)
        {
            return lastVersion == 0 ? 0 : version - lastVersion - 1;
        }
    }

    /// <returns>The nonce to send with it.</returns>
    public string Add(long version)
    {
        lock (gate)
        {
            var nonce = string.Create(CultureInfo.InvariantCulture, $"{stream}-{version}");
            sent.Enqueue((nonce, version));
            if (sent.Count > Remembered)
            {
                sent.Dequeue();
            }
            lastVersion = version;
            unanswered = true;
            return nonce;
        }
    }

    /// <summary>The answer took too long; it counts all the same when it comes.</summary>
    public void GiveUpWaiting()
    {
        lock (gate)
        {
            unanswered = false;
        }
    }

    /// <returns>The version that was answered; null for a nonce that is not known.</returns>
    public long? Answer(string nonce)
    {
        lock (gate)
        {
            foreach (var (known, version) in sent)
            {
                if (known == nonce)
                {
                    unanswered &= version != lastVersion;
                    return version;
                }
            }
            return null;
        }
    }
}
