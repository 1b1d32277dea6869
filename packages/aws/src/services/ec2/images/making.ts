import type { CreateImageCommandInput, ResourceType, Tag } from '@aws-sdk/client-ec2';
import { type DurationName, durations } from '../../../core/durations';
import { resourceId } from '../../../core/ids';
import { invalidAmiNameDuplicate, invalidAmiNameMalformed, invalidParameterValue } from '../errors';
import type { Lifecycle } from '../instances/lifecycle';
import type { Inventory } from '../inventory';
import type { InstanceRecord } from '../records/instances';
import type { Content, ImageRecord, SnapshotRecord } from '../records/storage';
import { completeSnapshot } from '../storage/snapshots';
import { snapshotVolumes } from './devices';

const NAME = /^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/;

type ImageState = 'available' | 'failed' | 'deregistered' | 'disabled';

/** @throws AwsError InvalidAMIName.Malformed, InvalidAMIName.Duplicate, and InvalidParameterValue for the description */
export function checkImageName(ec2: Inventory, name: string | undefined, description = ''): string {
  if (!name || !NAME.test(name)) {
    throw invalidAmiNameMalformed(
      "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'",
    );
  }
  const rival = ec2.images
    .values()
    .find((image) => image.OwnerId === ec2.owner && image.Name === name && !image.deregistered);
  if (rival) {
    throw invalidAmiNameDuplicate(`AMI name ${name} is already in use by AMI ${rival.ImageId}`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are ASCII
  if (!/^[\x00-\x7F]*$/.test(description)) {
    throw invalidParameterValue(
      `Value (${description}) for parameter Description is invalid. Character sets beyond ASCII are not supported.`,
    );
  }
  return name;
}

/**
 * Makes an image of an instance: its volumes are snapshotted while it is down for a reboot, or as they are with
 * `NoReboot`. The image is pending until AWS's time for it has passed.
 */
export function makeImage(
  ec2: Inventory,
  lifecycle: Lifecycle,
  instance: InstanceRecord,
  input: CreateImageCommandInput,
  tagsFor: (type: ResourceType) => Tag[],
): ImageRecord {
  const name = checkImageName(ec2, input.Name, input.Description);
  const { mappings, snapshots } = snapshotVolumes(ec2, instance, input);
  const source = ec2.images.find(instance.imageId);
  const ImageId = resourceId('ami');
  const image = ec2.images.add(ImageId, {
    ...describeImage(ec2, ImageId, name, input.Description ?? ''),
    Architecture: instance.architecture,
    RootDeviceName: instance.rootDeviceName,
    PlatformDetails: instance.platformDetails,
    BlockDeviceMappings: mappings,
    SourceInstanceId: instance.id,
    SourceImageId: instance.imageId,
    SourceImageRegion: ec2.context.region,
    BootMode: source?.BootMode,
    ImdsSupport: source?.ImdsSupport,
    TpmSupport: source?.TpmSupport,
    EnaSupport: source?.EnaSupport ?? true,
  });
  for (const snapshot of snapshots) {
    snapshot.Description = `Created by CreateImage(${instance.id}) for ${ImageId}`;
    ec2.tags.add(snapshot.SnapshotId, tagsFor('snapshot'));
  }
  ec2.tags.add(ImageId, tagsFor('image'));
  const captured = captureVolumes(ec2, lifecycle, instance, snapshots, input.NoReboot ?? false);
  finishLater(ec2, image, {
    operation: 'CreateImage',
    kind: 'image',
    duration: 'imageAvailable',
    captured,
  });
  return image;
}

/** The members that every image of this account has when it is made. */
export function describeImage(ec2: Inventory, ImageId: string, name: string, description: string) {
  return {
    ImageId,
    Name: name,
    Description: description,
    OwnerId: ec2.owner,
    ImageLocation: `${ec2.owner}/${name}`,
    ImageType: 'machine' as const,
    State: 'pending' as const,
    CreationDate: `${ec2.context.clock.now().toISOString().slice(0, 19)}.000Z`,
    Public: false,
    Hypervisor: 'xen' as const,
    VirtualizationType: 'hvm' as const,
    RootDeviceType: 'ebs' as const,
    SriovNetSupport: 'simple',
    UsageOperation: 'RunInstances',
    permissions: [],
  };
}

/** Lets a pending image become available, or fail, when AWS's time for it is over. */
export function finishLater(
  ec2: Inventory,
  image: ImageRecord,
  of: {
    operation: 'CreateImage' | 'CopyImage';
    kind: string;
    duration: DurationName;
    captured: Promise<void>;
    /** Why it fails, where that is certain. */
    failure?: string;
  },
): void {
  const { ledger, region, clock, faults } = ec2.context;
  const fault = faults.takeLate(region, 'ec2', of.operation, 'lateFailure');
  const done = ledger.begin(of.kind, image.ImageId, region);
  if (!fault && faults.takeLate(region, 'ec2', of.operation, 'never')) return;
  clock.after(durations[of.duration].seconds, () => {
    void of.captured.then(() => {
      done();
      const message = of.failure ?? (fault && (fault.message ?? 'Internal error'));
      finishImage(ec2, image, message);
    });
  });
}

function finishImage(ec2: Inventory, image: ImageRecord, failure: string | undefined): void {
  const snapshots = image.BlockDeviceMappings.flatMap(
    (mapping) => ec2.snapshots.find(mapping.Ebs?.SnapshotId) ?? [],
  );
  if (failure === undefined) {
    for (const snapshot of snapshots) completeSnapshot(snapshot);
    if (image.deregistered) return;
    image.State = 'available';
    announceImage(ec2, image, 'available');
    return;
  }
  for (const snapshot of snapshots) {
    snapshot.State = 'error';
    snapshot.StateMessage = failure;
  }
  if (image.deregistered) return;
  image.State = 'failed';
  image.StateReason = { Code: 'Server.InternalError', Message: failure };
  announceImage(ec2, image, 'failed', failure);
}

/**
 * Says on the event bus what became of an image.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-ami-events.html
 */
export function announceImage(ec2: Inventory, image: ImageRecord, to: ImageState, message = ''): void {
  ec2.context.bus.announce({
    source: 'aws.ec2',
    detailType: 'EC2 AMI State Change',
    resources: [`arn:aws:ec2:${ec2.context.region}::image/${image.ImageId}`],
    detail: { RequestId: '', ImageId: image.ImageId, State: to, ErrorMessage: message },
  });
}

function captureVolumes(
  ec2: Inventory,
  lifecycle: Lifecycle,
  instance: InstanceRecord,
  snapshots: readonly SnapshotRecord[],
  noReboot: boolean,
): Promise<void> {
  const capture = () => {
    for (const snapshot of snapshots) {
      const content: Content = ec2.volumes.find(snapshot.VolumeId)?.content();
      snapshot.content = () => content;
    }
  };
  if (noReboot || instance.state !== 'running') {
    capture();
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    lifecycle.reboot(instance, () => {
      capture();
      resolve();
    });
  });
}
