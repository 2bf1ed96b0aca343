using K8sLb.Protocol;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Overload;
using K8sLb.Sidecar.Relay.Loop;

namespace K8sLb.Sidecar.Relay.Upstreams;

/// <summary>Uses an <see cref="Upstream"/>.</summary>
internal interface IUpstreamOwner
{
    /// <summary>It connected, became readable or writable, or broke.</summary>
    void OnUpstream(Upstream upstream);

    /// <summary>It stands, at the target that it has from then on.</summary>
    void OnPlaced(Upstream upstream);

    /// <summary>No target could be reached; nothing that was sent has been seen by anyone.</summary>
    void OnUnreachable(Upstream upstream);
}

/// <summary>
/// A connection to where work is served. Until it stands, and until a peer has agreed to take work, what is sent is kept
/// here, so that it can go to another target where this one cannot be reached.
/// </summary>
internal sealed class Upstream : IChannelOwner, ITimed
{
    private const int MaxAttempts = 4;

    private readonly RelayWorker worker;
    private readonly Arrival arrival;
    private readonly bool staysHere;
    private readonly LoopTimer patience;
    private OutputBacklog pending;
    private Channel channel;
    private PeerGreeting? greeting;
    private int attempts = 1;
    private bool endsWhenReady;
    private bool isWorking;
    private bool isWholeWork;
    private long workBeganMs;
    private Place place;

    private Upstream(RelayWorker worker, in Arrival arrival, bool staysHere, RelayTarget target)
    {
        (this.worker, this.arrival, this.staysHere, Target) = (worker, arrival, staysHere, target);
        patience = new LoopTimer(this);
        channel = Dial();
    }

    public IUpstreamOwner? Owner { get; set; }
    public RelayTarget Target { get; private set; }

    /// <summary>It stands, and the peer has agreed.</summary>
    public bool IsReady { get; private set; }

    /// <summary>It has served before: it may be closed at any moment, and that is nobody's fault.</summary>
    public bool IsReused { get; set; }

    /// <summary>Since when it is unused, in the loop's milliseconds.</summary>
    public long IdleSince { get; set; }

    /// <summary>For reading, once it is ready.</summary>
    public Channel Channel => channel;

    public bool HasBacklog => !pending.IsEmpty || channel.HasBacklog;

    /// <summary>Begins to connect; its owner, to be set at once, is told how it went.</summary>
    /// <param name="staysHere">Where the target cannot be reached, no other will do.</param>
    public static Upstream Connect(RelayWorker worker, in Arrival arrival, bool staysHere, RelayTarget target) =>
        new(worker, arrival, staysHere, target);

    /// <summary>A piece of work is under way on it, until <see cref="EndWork"/> or its end.</summary>
    /// <param name="at">Of the work, at the local application; its own from now on.</param>
    /// <param name="isWhole">The work is all that the connection is for: it succeeds by being connected.</param>
    public void BeginWork(Place at, bool isWhole = false)
    {
        (isWorking, isWholeWork) = (true, isWhole);
        workBeganMs = worker.Loop.NowMs;
        Enter(at);
    }

    /// <summary>The work goes on elsewhere, in its place.</summary>
    public Place HandOverWork()
    {
        isWorking = false;
        var own = place;
        place = default;
        if (!own.IsHeld)
        {
            Target.Load.End();
        }
        return own;
    }

    /// <summary>The answer to the work that is under way has begun.</summary>
    /// <param name="success">The application did what it was asked, or said rightly why not.</param>
    public void NoteAnswer(bool success)
    {
        if (isWorking)
        {
            var took = TimeSpan.FromMilliseconds(worker.Loop.NowMs - workBeganMs);
            Target.Load.Took(took);
            Target.Load.NoteOutcome(success);
            place.NoteOutcome(success, took);
        }
    }

    /// <summary>The work that is under way brought no answer, or none that could be passed on.</summary>
    public void NoteNoAnswer()
    {
        if (isWorking)
        {
            Target.Load.NoteOutcome(success: false);
            place.NoteOutcome(success: false);
        }
    }

    public void EndWork()
    {
        if (isWorking)
        {
            isWorking = false;
            Leave();
        }
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (IsReady)
        {
            channel.Send(bytes);
        }
        else
        {
            pending.Add(bytes);
        }
    }

    /// <summary>FIN behind what was sent.</summary>
    public void End()
    {
        if (IsReady)
        {
            channel.End();
        }
        else
        {
            endsWhenReady = true;
        }
    }

    public void Close()
    {
        Owner = null;
        EndWork();
        worker.Loop.Timers.Clear(patience);
        pending.Clear();
        channel.Close();
    }

    public void Reset()
    {
        channel.Reset();
        Close();
    }

    public void OnReady(Channel ready)
    {
        if (IsReady)
        {
            Owner?.OnUpstream(this);
        }
        else if (ready.HasFailed)
        {
            TryAnother();
        }
        else if (!ready.IsConnecting)
        {
            Agree();
        }
    }

    /// <summary>Neither connected nor refused in time.</summary>
    public void OnTimer() => TryAnother();

    private Channel Dial()
    {
        var settings = worker.Settings;
        worker.Loop.Timers.Set(
            patience,
            worker.Loop.NowMs,
            Target.IsLocal ? settings.LocalConnectMs : settings.PeerConnectMs
        );
        var dialled = worker.Loop.Connect(Target.EndPoint, this);
        greeting = Target.Greet();
        if (greeting is not null)
        {
            dialled.Send(greeting.First.Span);
        }
        return dialled;
    }

    /// <summary>A peer shows that it is one, and agrees, before anything else; it closes where it refuses.</summary>
    private void Agree()
    {
        while (greeting is { } talk)
        {
            var newline = channel.Input.IndexOf((byte)'\n');
            if (newline < 0)
            {
                if (!TryFillLine())
                {
                    return;
                }
                continue;
            }
            var word = talk.Hear(channel.Input[..newline], out var reply);
            if (word is PeerWord.Full or PeerWord.Refused)
            {
                TryAnother(isFull: word == PeerWord.Full);
                return;
            }
            channel.Consume(newline + 1);
            channel.Send(reply.Span);
            if (word == PeerWord.Granted)
            {
                channel.Park();
                greeting = null;
            }
        }
        worker.Loop.Timers.Clear(patience);
        worker.Brain.Reached(Target);
        IsReady = true;
        Owner?.OnPlaced(this);
        if (isWholeWork)
        {
            place.NoteOutcome(success: true);
        }
        channel.Send(pending.Bytes);
        pending.Clear();
        if (endsWhenReady)
        {
            channel.End();
        }
        Owner?.OnUpstream(this);
    }

    /// <returns>False where there is nothing more to read now, or ever.</returns>
    private bool TryFillLine()
    {
        var status = channel.Input.Length >= PeerOpening.MaxBytes ? ReadStatus.Failed : channel.Fill();
        switch (status)
        {
            case ReadStatus.End or ReadStatus.Failed:
                TryAnother();
                return false;
            case ReadStatus.WouldBlock:
                channel.Park();
                return false;
            default:
                return true;
        }
    }

    private void TryAnother(bool isFull = false)
    {
        channel.Close();
        if (isWholeWork)
        {
            place.NoteOutcome(success: false);
        }
        else if (!isFull)
        {
            NoteNoAnswer();
        }
        var next = worker.Brain.Instead(arrival, staysHere, Target, isFull);
        if (next.Target is not { } target || attempts++ == MaxAttempts)
        {
            next.Place.Leave();
            worker.Loop.Timers.Clear(patience);
            EndWork();
            Owner?.OnUnreachable(this);
            return;
        }
        if (isWorking)
        {
            Leave();
            Target = target;
            Enter(next.Place);
        }
        else
        {
            Target = target;
            next.Place.Leave();
        }
        channel = Dial();
    }

    private void Enter(Place at)
    {
        place = at;
        if (!at.IsHeld)
        {
            Target.Load.Begin();
        }
    }

    private void Leave()
    {
        if (!place.IsHeld)
        {
            Target.Load.End();
        }
        place.Leave();
        place = default;
    }
}
