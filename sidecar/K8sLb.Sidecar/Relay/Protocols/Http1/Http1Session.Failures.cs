using K8sLb.Sidecar.Relay.Framing.Http1;
using K8sLb.Sidecar.Relay.Loop;

namespace K8sLb.Sidecar.Relay.Protocols.Http1;

/// <content>Where no response comes, or not the whole of it: another try, an answer in its place, or an end that shows.</content>
internal sealed partial class Http1Session
{
    private void OnUpstreamEnd(ReadStatus status)
    {
        if (status == ReadStatus.End && exchange.ResponseHeadSent && responses.Body.Kind == BodyKind.UntilClose)
        {
            exchange.ResponseComplete = true;
            return;
        }
        if (!exchange.ResponseBegun && replay.MayRepeatClosed)
        {
            Repeat(RelayPlace.At(upstream!.Target, upstream.HandOverWork()));
        }
        else if (exchange.ResponseHeadSent)
        {
            Truncate(RelayFailure.BrokeOff);
        }
        else
        {
            Fail(RelayFailure.NoResponse);
        }
    }

    /// <summary>A peer has given the request back.</summary>
    private bool TryElsewhere(bool isFull)
    {
        var other = Worker.Brain.Instead(Connection.Arrival, exchange.StaysHere, upstream!.Target, isFull);
        if (other.Target is null)
        {
            return false;
        }
        exchange.ResponseBegun = false;
        Repeat(other);
        return true;
    }

    private void Repeat(in RelayPlace at)
    {
        var target = at.Target!;
        upstream!.Close();
        upstream = Connect(target);
        upstream.BeginWork(at.Place);
        upstream.Send(replay.Request);
        replay.GoesOn(toPeer: !target.IsLocal);
    }

    protected override void OnUpstreamUnreachable()
    {
        upstream = null;
        if (awaitsAdmission)
        {
            Close(reset: false);
            return;
        }
        Fail(RelayFailure.Unreachable);
    }

    /// <summary>Nothing of the response has gone out: the relay says why there is none.</summary>
    private void Fail(RelayFailure how)
    {
        Worker.Brain.Failed(how);
        // One that could not be reached is none any more.
        upstream?.NoteNoAnswer();
        Answer(
            how switch
            {
                RelayFailure.Unreachable when Connection.Arrival.FromPeer => Http1Answers.Unserved,
                RelayFailure.Unreachable => Http1Answers.Unreachable,
                RelayFailure.Overloaded when Connection.Arrival.FromPeer => Http1Answers.UnservedFull,
                RelayFailure.Overloaded => Http1Answers.Overloaded,
                RelayFailure.NoResponse => Http1Answers.BrokeOff,
                _ => Http1Answers.BadResponse,
            }
        );
    }

    /// <summary>Something has: the client must be able to tell that it is not all, also where only the end says so.</summary>
    private void Truncate(RelayFailure how)
    {
        Worker.Brain.Failed(how);
        Connection.Tracked.MarkCut();
        Close(reset: true);
    }
}
