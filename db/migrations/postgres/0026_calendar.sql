ALTER TABLE "appointment" ADD COLUMN "room_id" uuid;--> statement-breakpoint
ALTER TABLE "appointment" ADD COLUMN "series_id" uuid;--> statement-breakpoint
ALTER TABLE "clinic" ADD COLUMN "opening_hours" jsonb;--> statement-breakpoint
ALTER TABLE "clinic" ADD COLUMN "rooms" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "user" ADD COLUMN "opening_hours" jsonb;